/* libpq's types and constants, and the libpq functions that this program calls, each with a C before its name.
 * cpostgres_load loads the library, not the start of the program: libpq brings OpenSSL, Kerberos and LDAP, and only a
 * program whose sessions are in PostgreSQL needs it. */
#pragma once
#include <postgresql/libpq-fe.h>
#include <stdbool.h>

/* Loads libpq. Returns false when libpq is not installed. Call the functions below only after it has succeeded; calling
 * it again does no harm. */
bool cpostgres_load(void);

/* As in libpq's documentation. */
PGconn *CPQconnectStartParams(const char *const *keywords, const char *const *values, int expand_dbname);
PostgresPollingStatusType CPQconnectPoll(PGconn *connection);
PGVerbosity CPQsetErrorVerbosity(PGconn *connection, PGVerbosity verbosity);
int CPQsetnonblocking(PGconn *connection, int nonblocking);
void CPQfinish(PGconn *connection);
ConnStatusType CPQstatus(const PGconn *connection);
char *CPQerrorMessage(const PGconn *connection);
int CPQsocket(const PGconn *connection);
int CPQsendQueryParams(PGconn *connection, const char *command, int count, const Oid *types, const char *const *values,
                       const int *lengths, const int *formats, int result_format);
int CPQsendPrepare(PGconn *connection, const char *name, const char *query, int count, const Oid *types);
int CPQsendQueryPrepared(PGconn *connection, const char *name, int count, const char *const *values, const int *lengths,
                         const int *formats, int result_format);
int CPQflush(PGconn *connection);
int CPQconsumeInput(PGconn *connection);
int CPQisBusy(PGconn *connection);
PGresult *CPQgetResult(PGconn *connection);
void CPQclear(PGresult *result);
ExecStatusType CPQresultStatus(const PGresult *result);
char *CPQresultErrorField(const PGresult *result, int field);
int CPQntuples(const PGresult *result);
int CPQnfields(const PGresult *result);
Oid CPQftype(const PGresult *result, int column);
int CPQgetisnull(const PGresult *result, int row, int column);
int CPQgetlength(const PGresult *result, int row, int column);
char *CPQgetvalue(const PGresult *result, int row, int column);
PGnotify *CPQnotifies(PGconn *connection);
void CPQfreemem(void *memory);

/* Drops the server's notices, which libpq would print to standard error. */
void cpostgres_discard_notices(PGconn *connection);

/* The fields of an error as numbers: the header spells them as characters. */
static const int cpostgres_sqlstate_field = PG_DIAG_SQLSTATE;
static const int cpostgres_constraint_field = PG_DIAG_CONSTRAINT_NAME;
