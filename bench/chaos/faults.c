/* Faults on demand, told by files in the folder ANXIAO_FAULTS and looked for at each call:

   clock   seconds by which the clock of the day is wrong
   eio     "TOKEN N": the N-th sync since TOKEN was first read fails with EIO
   slow    microseconds that each sync lasts longer, so that there is always something not yet synced
   lie     while it is there a sync does nothing and says that all is well
   full    while it is there no byte goes into a file below ANXIAO_DATA, and no room is left
   synced  while it is there the folder ``disk`` beside it holds each file below ANXIAO_DATA as it was
           when its last sync began: what a power cut would leave. New names count as on the disk.
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
#include <sys/file.h>
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

/* What is on the disk. One sync at a time, or an older copy might replace a newer one. */

static int below(const char *path, char *copy) {
    char text[8], whole[PATH_MAX];
    const char *data = getenv("ANXIAO_DATA");
    if (!data || !told("synced", text, sizeof text)) return 0;
    if (!realpath(path, whole) || strncmp(whole, data, strlen(data))) return 0;
    int head = snprintf(copy, PATH_MAX, "%s/disk/", getenv("ANXIAO_FAULTS"));
    snprintf(copy + head, PATH_MAX - head, "%s", whole + strlen(data) + 1);
    for (char *at = copy + head; *at; at++)
        if (*at == '/') *at = '%';
    return 1;
}

static int locked(void) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/disk/.lock", getenv("ANXIAO_FAULTS"));
    int lock = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock >= 0) flock(lock, LOCK_EX);
    return lock;
}

/* Read through the file that is open: opening it again and closing that would drop SQLite's locks. */
static void keep(int file, const char *copy) {
    static __thread char buffer[1 << 16];
    int to = syscall(SYS_openat, AT_FDCWD, copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    off_t at = 0;
    for (ssize_t got; to >= 0 && (got = syscall(SYS_pread64, file, buffer, sizeof buffer, at)) > 0; at += got)
        if (syscall(SYS_write, to, buffer, got) != got) abort();
    if (to < 0) abort();
    syscall(SYS_close, to);
}

static int sync_with(int (*real)(int), int file) {
    char path[PATH_MAX], copy[PATH_MAX], fresh[PATH_MAX + 8], text[32];
    struct stat found;
    long wait = 0;
    if (!path_of(file, path)) return real(file);
    if (fails()) {
        errno = EIO;
        return -1;
    }
    if (told("lie", text, sizeof text)) return 0;
    if (told("slow", text, sizeof text)) wait = atol(text);
    if (fstat(file, &found) || !S_ISREG(found.st_mode) || !below(path, copy)) return real(file);
    snprintf(fresh, sizeof fresh, "%s.fresh", copy);
    int lock = locked();
    keep(file, fresh);
    if (wait) usleep(wait);
    int code = real(file), why = errno;
    if (!code) syscall(SYS_rename, fresh, copy);
    syscall(SYS_close, lock);
    errno = why;
    return code;
}

int rename(const char *from, const char *to) {
    static int (*real)(const char *, const char *);
    char before[PATH_MAX], after[PATH_MAX];
    if (!real) real = next("rename");
    int known = below(from, before), code = real(from, to), why = errno;
    if (known && !code && below(to, after)) syscall(SYS_rename, before, after);
    errno = why;
    return code;
}

int link(const char *from, const char *to) {
    static int (*real)(const char *, const char *);
    char before[PATH_MAX], after[PATH_MAX];
    if (!real) real = next("link");
    int code = real(from, to), why = errno;
    if (!code && below(from, before) && below(to, after)) syscall(SYS_link, before, after);
    errno = why;
    return code;
}

int unlink(const char *path) {
    static int (*real)(const char *);
    char copy[PATH_MAX];
    if (!real) real = next("unlink");
    int known = below(path, copy), code = real(path), why = errno;
    if (known && !code) syscall(SYS_unlink, copy);
    errno = why;
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
