#include <postgresql/libpq-fe.h>

#include <spawn.h>

/* glibc hides these behind _GNU_SOURCE, which Swift's importer does not define. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *folder);
enum { KEDGE_POSIX_SPAWN_SETSID = 0x80 };
