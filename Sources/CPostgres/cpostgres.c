#include "CPostgres.h"

#include <dlfcn.h>

/* One pointer for each function of libpq, of the type its header gives that function. */
#define FUNCTIONS(each)                                                                                                \
    each(PQconnectStartParams) each(PQconnectPoll) each(PQsetErrorVerbosity) each(PQsetnonblocking) each(PQfinish)     \
    each(PQsetNoticeReceiver)                                                                                          \
    each(PQstatus) each(PQerrorMessage) each(PQsocket) each(PQsendQueryParams) each(PQsendPrepare)                     \
    each(PQsendQueryPrepared) each(PQflush) each(PQconsumeInput) each(PQisBusy) each(PQgetResult) each(PQclear)        \
    each(PQresultStatus) each(PQresultErrorField) each(PQntuples) each(PQnfields) each(PQftype) each(PQgetisnull)      \
    each(PQgetlength) each(PQgetvalue) each(PQnotifies) each(PQfreemem)

#define POINTER(name) __typeof__(name) *name;
static struct { FUNCTIONS(POINTER) } loaded;

bool cpostgres_load(void) {
    /* Every libpq since PostgreSQL 8.3 has this name. It is never unloaded. */
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) return false;
#define FIND(name) if (!(loaded.name = (__typeof__(name) *)dlsym(library, #name))) return false;
    FUNCTIONS(FIND)
    return true;
}

PGconn *CPQconnectStartParams(const char *const *keywords, const char *const *values, int expand_dbname) {
    return loaded.PQconnectStartParams(keywords, values, expand_dbname);
}

PostgresPollingStatusType CPQconnectPoll(PGconn *connection) {
    return loaded.PQconnectPoll(connection);
}

PGVerbosity CPQsetErrorVerbosity(PGconn *connection, PGVerbosity verbosity) {
    return loaded.PQsetErrorVerbosity(connection, verbosity);
}

static void discard(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}

void cpostgres_discard_notices(PGconn *connection) {
    loaded.PQsetNoticeReceiver(connection, discard, NULL);
}

int CPQsetnonblocking(PGconn *connection, int nonblocking) {
    return loaded.PQsetnonblocking(connection, nonblocking);
}

void CPQfinish(PGconn *connection) {
    loaded.PQfinish(connection);
}

ConnStatusType CPQstatus(const PGconn *connection) {
    return loaded.PQstatus(connection);
}

char *CPQerrorMessage(const PGconn *connection) {
    return loaded.PQerrorMessage(connection);
}

int CPQsocket(const PGconn *connection) {
    return loaded.PQsocket(connection);
}

int CPQsendQueryParams(PGconn *connection, const char *command, int count, const Oid *types, const char *const *values,
                       const int *lengths, const int *formats, int result_format) {
    return loaded.PQsendQueryParams(connection, command, count, types, values, lengths, formats, result_format);
}

int CPQsendPrepare(PGconn *connection, const char *name, const char *query, int count, const Oid *types) {
    return loaded.PQsendPrepare(connection, name, query, count, types);
}

int CPQsendQueryPrepared(PGconn *connection, const char *name, int count, const char *const *values, const int *lengths,
                         const int *formats, int result_format) {
    return loaded.PQsendQueryPrepared(connection, name, count, values, lengths, formats, result_format);
}

int CPQflush(PGconn *connection) {
    return loaded.PQflush(connection);
}

int CPQconsumeInput(PGconn *connection) {
    return loaded.PQconsumeInput(connection);
}

int CPQisBusy(PGconn *connection) {
    return loaded.PQisBusy(connection);
}

PGresult *CPQgetResult(PGconn *connection) {
    return loaded.PQgetResult(connection);
}

void CPQclear(PGresult *result) {
    loaded.PQclear(result);
}

ExecStatusType CPQresultStatus(const PGresult *result) {
    return loaded.PQresultStatus(result);
}

char *CPQresultErrorField(const PGresult *result, int field) {
    return loaded.PQresultErrorField(result, field);
}

int CPQntuples(const PGresult *result) {
    return loaded.PQntuples(result);
}

int CPQnfields(const PGresult *result) {
    return loaded.PQnfields(result);
}

Oid CPQftype(const PGresult *result, int column) {
    return loaded.PQftype(result, column);
}

int CPQgetisnull(const PGresult *result, int row, int column) {
    return loaded.PQgetisnull(result, row, column);
}

int CPQgetlength(const PGresult *result, int row, int column) {
    return loaded.PQgetlength(result, row, column);
}

char *CPQgetvalue(const PGresult *result, int row, int column) {
    return loaded.PQgetvalue(result, row, column);
}

PGnotify *CPQnotifies(PGconn *connection) {
    return loaded.PQnotifies(connection);
}

void CPQfreemem(void *memory) {
    loaded.PQfreemem(memory);
}
