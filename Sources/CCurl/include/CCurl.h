/* libcurl's types and constants, and the libcurl functions that this program calls, each with a c before its name.
 * ccurl_load loads the library, not the start of the program: libcurl brings some thirty other libraries, and only a
 * program that fetches its signing key over the network needs it. */
#pragma once
/* Gives handles types of their own instead of void pointers. */
#define CURL_STRICTER
#include <curl/curl.h>
#include <stdbool.h>

/* Loads libcurl and initialises its global state. Returns false when libcurl is not installed. Call it once; call the
 * functions below only after it has succeeded. */
bool ccurl_load(void);

/* As in libcurl's documentation. */
CURLM *ccurl_multi_init(void);
CURLMcode ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running);
CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);

/* curl_easy_setopt and curl_easy_getinfo are variadic, and Swift cannot import them: so there is one function for each
 * type of argument. The documentation of an option names its type. */
CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_write_function(CURL *easy, size_t (*function)(char *, size_t, size_t, void *));
CURLcode ccurl_set_header_function(CURL *easy, size_t (*function)(char *, size_t, size_t, void *));
CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value);

/* The same for curl_multi_setopt. */
CURLMcode ccurl_multi_set_socket_function(CURLM *multi, curl_socket_callback function, void *context);
CURLMcode ccurl_multi_set_timer_function(CURLM *multi, curl_multi_timer_callback function, void *context);

/* The handle and the result of the next finished transfer; NULL when there is none. Swift cannot import the union that a
 * CURLMsg holds. */
CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *result);
