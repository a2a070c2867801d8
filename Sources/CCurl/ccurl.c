/* The header's type checks work on calls of linked functions only; these calls go through pointers. */
#define CURL_DISABLE_TYPECHECK
#include "CCurl.h"

#include <dlfcn.h>

/* One pointer for each function of libcurl, of the type its header gives that function. */
#define FUNCTIONS(each)                                                                                                \
    each(curl_global_init) each(curl_multi_init) each(curl_multi_cleanup) each(curl_multi_setopt)                      \
    each(curl_multi_add_handle) each(curl_multi_remove_handle) each(curl_multi_socket_action)                          \
    each(curl_multi_info_read) each(curl_easy_init) each(curl_easy_cleanup) each(curl_easy_setopt)                     \
    each(curl_easy_getinfo) each(curl_slist_append) each(curl_slist_free_all)

#define POINTER(name) __typeof__(name) *name;
static struct { FUNCTIONS(POINTER) } loaded;

bool ccurl_load(void) {
    /* Every libcurl since 7.16.0 has this name, with any TLS library. It is never unloaded. */
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) return false;
#define FIND(name) if (!(loaded.name = (__typeof__(name) *)dlsym(library, #name))) return false;
    FUNCTIONS(FIND)
    return loaded.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

CURLM *ccurl_multi_init(void) {
    return loaded.curl_multi_init();
}

CURLMcode ccurl_multi_cleanup(CURLM *multi) {
    return loaded.curl_multi_cleanup(multi);
}

CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) {
    return loaded.curl_multi_add_handle(multi, easy);
}

CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) {
    return loaded.curl_multi_remove_handle(multi, easy);
}

CURLMcode ccurl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running) {
    return loaded.curl_multi_socket_action(multi, socket, events, running);
}

CURL *ccurl_easy_init(void) {
    return loaded.curl_easy_init();
}

void ccurl_easy_cleanup(CURL *easy) {
    loaded.curl_easy_cleanup(easy);
}

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
    return loaded.curl_slist_append(list, text);
}

void ccurl_slist_free_all(struct curl_slist *list) {
    loaded.curl_slist_free_all(list);
}

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return loaded.curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return loaded.curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return loaded.curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return loaded.curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_write_function(CURL *easy, size_t (*function)(char *, size_t, size_t, void *)) {
    return loaded.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, function);
}

CURLcode ccurl_set_header_function(CURL *easy, size_t (*function)(char *, size_t, size_t, void *)) {
    return loaded.curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, function);
}

CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
    return loaded.curl_easy_getinfo(easy, info, value);
}

CURLMcode ccurl_multi_set_socket_function(CURLM *multi, curl_socket_callback function, void *context) {
    CURLMcode code = loaded.curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
    return code == CURLM_OK ? loaded.curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context) : code;
}

CURLMcode ccurl_multi_set_timer_function(CURLM *multi, curl_multi_timer_callback function, void *context) {
    CURLMcode code = loaded.curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
    return code == CURLM_OK ? loaded.curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context) : code;
}

CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    for (CURLMsg *message; (message = loaded.curl_multi_info_read(multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
