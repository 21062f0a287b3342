#include <sqlite3.h>

/* Swift cannot call variadic functions. */
static inline int kedge_sqlite3_db_config_flag(sqlite3 *db, int op, int value) {
  return sqlite3_db_config(db, op, value, (int *)0);
}
