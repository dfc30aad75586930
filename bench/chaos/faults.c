/* Faults on demand, told by files in the folder ANXIAO_FAULTS and looked for at each call:

   clock   seconds by which the clock of the day is wrong
   eio     "TOKEN N": the N-th sync since TOKEN was first read fails with EIO
   full    while it is there no byte goes into a file below ANXIAO_DATA, and no room is left
   synced  while it is there each synced file FILE is kept as FILE.synced, as it was when the sync
           began: what a power cut would leave
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static int told(const char *name, char *text, size_t size) {
    char path[PATH_MAX];
    const char *folder = getenv("ANXIAO_FAULTS");
    if (!folder) return 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = syscall(SYS_read, file, text, size - 1);
    syscall(SYS_close, file);
    text[got > 0 ? got : 0] = 0;
    return 1;
}

static int path_of(int file, char *path) {
    char link[64];
    const char *data = getenv("ANXIAO_DATA");
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0 || !data) return 0;
    path[length] = 0;
    return !strncmp(path, data, strlen(data));
}

/* The clock. */

static long wrong_by(void) {
    char text[32];
    int before = errno;
    long seconds = told("clock", text, sizeof text) ? atol(text) : 0;
    errno = before;
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = next("clock_gettime");
    int code = real(clock, at);
    if (!code && clock == CLOCK_REALTIME) at->tv_sec += wrong_by();
    return code;
}

int gettimeofday(struct timeval *at, void *zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = next("gettimeofday");
    int code = real(at, zone);
    if (!code) at->tv_sec += wrong_by();
    return code;
}

time_t time(time_t *into) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (into) *into = at.tv_sec;
    return at.tv_sec;
}

/* The disk. */

static int is_full(int file) {
    char text[8], path[PATH_MAX];
    return told("full", text, sizeof text) && path_of(file, path);
}

static int fails(void) {
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    static char known[64];
    static long count;
    char text[128], token[64];
    long wanted;
    if (!told("eio", text, sizeof text) || sscanf(text, "%63s %ld", token, &wanted) != 2) return 0;
    pthread_mutex_lock(&turn);
    if (strcmp(token, known)) {
        strcpy(known, token);
        count = 0;
    }
    int now = ++count == wanted;
    pthread_mutex_unlock(&turn);
    return now;
}

static void keep(const char *path, const char *copy) {
    static __thread char buffer[1 << 16];
    int from = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    int to = syscall(SYS_openat, AT_FDCWD, copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (ssize_t got; from >= 0 && to >= 0 && (got = syscall(SYS_read, from, buffer, sizeof buffer)) > 0;)
        if (syscall(SYS_write, to, buffer, got) != got) abort();
    if (from >= 0) syscall(SYS_close, from);
    if (to >= 0) syscall(SYS_close, to);
}

static int sync_with(int (*real)(int), int file) {
    static long number;
    char text[8], path[PATH_MAX], copy[PATH_MAX + 48], kept[PATH_MAX + 8];
    if (!path_of(file, path)) return real(file);
    if (fails()) {
        errno = EIO;
        return -1;
    }
    int keeps = told("synced", text, sizeof text);
    if (keeps) {
        snprintf(copy, sizeof copy, "%s.%d-%ld", path, getpid(), __atomic_add_fetch(&number, 1, __ATOMIC_SEQ_CST));
        keep(path, copy);
    }
    int code = real(file);
    if (keeps) {
        snprintf(kept, sizeof kept, "%s.synced", path);
        if (code || rename(copy, kept)) unlink(copy);
    }
    return code;
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = next("fdatasync");
    return sync_with(real, file);
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = next("fsync");
    return sync_with(real, file);
}

#define FULL(file)        \
    if (is_full(file)) {  \
        errno = ENOSPC;   \
        return -1;        \
    }

ssize_t write(int file, const void *bytes, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = next("write");
    FULL(file)
    return real(file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = next("pwrite");
    FULL(file)
    return real(file, bytes, size, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
    return pwrite(file, bytes, size, at);
}

int ftruncate(int file, off_t size) {
    static int (*real)(int, off_t);
    if (!real) real = next("ftruncate");
    FULL(file)
    return real(file, size);
}

int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int statvfs(const char *path, struct statvfs *found) {
    static int (*real)(const char *, struct statvfs *);
    char text[8];
    if (!real) real = next("statvfs");
    int code = real(path, found);
    if (!code && told("full", text, sizeof text)) found->f_bavail = found->f_bfree = 0;
    return code;
}

int statvfs64(const char *path, struct statvfs64 *found) { return statvfs(path, (struct statvfs *)found); }
