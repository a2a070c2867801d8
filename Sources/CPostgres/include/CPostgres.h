/* libpq's types and constants, and those of its functions that this program calls, by the name of each with a C before
 * it. The library itself is loaded by cpostgres_load and not by the program's start: only a program whose sessions are in
 * PostgreSQL needs it, and it brings OpenSSL, Kerberos and LDAP. */
#pragma once
#include <postgresql/libpq-fe.h>
#include <stdbool.h>

/* Loads libpq. False when it is not installed. To have succeeded before any of the functions below is called; calling it
 * again does no harm. */
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

/* Drops what the server remarks, which libpq otherwise prints to standard error. */
void cpostgres_discard_notices(PGconn *connection);

/* Fields of an error, which the header spells as characters. */
static const int cpostgres_sqlstate_field = PG_DIAG_SQLSTATE;
static const int cpostgres_constraint_field = PG_DIAG_CONSTRAINT_NAME;
