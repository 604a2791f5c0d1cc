/*
 * Native code of an attacker in an engine process: a shared object that does its work when it is loaded. It
 * reads from the file of its argument what to attack, as lines `name value`, tries each attack, and writes to
 * descriptor 2 a line `attack <name> reached` or `attack <name> <error of the system>`.
 *
 * An attack "reaches" when the system does what was asked; what it changes it changes in files of the test.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static char plan[16384];

/* The value of a line of the plan; "" if there is none. */
static const char *given(const char *name) {
  static char value[4096];
  size_t length = strlen(name);
  for (const char *line = plan; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : 0) {
    if (strncmp(line, name, length) || line[length] != ' ') continue;
    size_t end = strcspn(line + length + 1, "\n");
    memcpy(value, line + length + 1, end);
    value[end] = 0;
    return value;
  }
  return "";
}

static int reads(const char *path) {
  char byte;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  int got = read(fd, &byte, 1) < 0 ? -1 : 0;
  int error = errno;
  close(fd);
  errno = error;
  return got;
}

static int kept(int fd) {
  if (fd < 0) return -1;
  close(fd);
  return 0;
}

/* Takes it away again, so that the next attacker can make it. */
static int plants(const char *beside) {
  char path[4096];
  snprintf(path, sizeof path, "%s.planted", beside);
  int fd = open(path, O_CREAT | O_WRONLY | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  close(fd);
  return unlink(path);
}

static int connects(int family, const void *address, socklen_t length) {
  int fd = socket(family, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  int done = connect(fd, address, length);
  int error = errno;
  close(fd);
  errno = error;
  return done;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int own(const char *name, char *path) {
  snprintf(path, 4096, "%s/%s", given("out"), name);
  return 0;
}

static pid_t victim(void) { return atoi(given("victim")); }

static int read_secret(void) { return reads(given("secret")); }
static int read_environment(void) { return reads(given("environment")); }
static int read_tenant(void) { return reads(given("tenant")); }
static int read_app(void) { return reads(given("app")); }
static int read_session(void) { return reads(given("session")); }
static int read_passwd(void) { return reads("/etc/passwd"); }

static int write_session(void) { return plants(given("session")); }

static int list_processes(void) {
  DIR *proc = opendir("/proc");
  if (!proc) return -1;
  int found = -1;
  errno = ENOENT;
  for (struct dirent *entry; (entry = readdir(proc));)
    if (atoi(entry->d_name) == victim()) found = 0;
  closedir(proc);
  return found;
}

static int open_memory(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", victim());
  return kept(open(path, O_RDWR | O_CLOEXEC));
}

static int read_memory(void) {
  char byte;
  struct iovec here = {&byte, 1}, there = {0, 1};
  /* Nothing lies at address 0: only who may look is told so. */
  return process_vm_readv(victim(), &here, 1, &there, 1, 0) < 0 && errno != EFAULT ? -1 : 0;
}

static int trace(void) {
  if (ptrace(PTRACE_SEIZE, victim(), 0, 0) < 0) return -1;
  ptrace(PTRACE_DETACH, victim(), 0, 0);
  return 0;
}

static int kill_service(void) { return kill(victim(), SIGUSR1); }

static int connect_out(void) {
  struct sockaddr_in address = loopback(atoi(given("port")));
  return connects(AF_INET, &address, sizeof address);
}

static int listen_in(void) {
  struct sockaddr_in address = loopback(0);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  int done = bind(fd, (void *)&address, sizeof address) || listen(fd, 1) ? -1 : 0;
  int error = errno;
  close(fd);
  errno = error;
  return done;
}

static int connect_abstract(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *name = given("abstract");
  memcpy(address.sun_path + 1, name, strlen(name));
  return connects(AF_UNIX, &address, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

static int connect_path(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, given("socket"), sizeof address.sun_path - 1);
  return connects(AF_UNIX, &address, sizeof address);
}

static int open_netlink(void) { return kept(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)); }
static int open_vsock(void) { return kept(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

static int open_io_uring(void) {
  struct io_uring_params params = {0};
  return kept(syscall(SYS_io_uring_setup, 1, &params));
}

static int use_keys(void) {
  return syscall(SYS_add_key, "user", "reprise-attack", "x", 1, KEY_SPEC_PROCESS_KEYRING) < 0 ? -1 : 0;
}

static int use_bpf(void) {
  char attributes[128] = {0};
  int type = 1, size = 4;
  memcpy(attributes, &(int[]){type, size, size, 1}, 16);
  return kept(syscall(SYS_bpf, 0, attributes, sizeof attributes));
}

static int use_perf(void) {
  char attributes[128] = {0};
  ((int *)attributes)[0] = 1;
  ((int *)attributes)[1] = sizeof attributes;
  return kept(syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
}

static int use_userfaultfd(void) { return kept(syscall(SYS_userfaultfd, O_CLOEXEC)); }
static int make_memory_file(void) { return kept(syscall(SYS_memfd_create, "attack", 1)); }

static int waited(long child) {
  if (child < 0) return -1;
  waitpid(child, 0, 0);
  return 0;
}

/* By the bare call: a fork of the library would also copy its locks. */
static int fork_process(void) {
  long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return waited(child);
}

static int new_user_namespace(void) {
  long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return waited(child);
}

static int run_program(void) {
  char *args[] = {"sh", "-c", "exit 0", 0};
  pid_t child;
  int fault = posix_spawn(&child, "/bin/sh", 0, 0, args, 0);
  if (fault == 0) return waited(child);
  errno = fault;
  return -1;
}

static int mount_folder(void) {
  if (mount(given("out"), given("out"), 0, MS_BIND, 0) < 0) return -1;
  return umount2(given("out"), MNT_DETACH);
}

static int open_by_handle(void) {
  struct {
    struct file_handle head;
    char rest[128];
  } handle = {.head = {.handle_bytes = 128}};
  int mount_id, root = open(given("out"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (name_to_handle_at(AT_FDCWD, given("out"), &handle.head, &mount_id, 0) < 0) return -1;
  return kept(open_by_handle_at(root, &handle.head, O_RDONLY | O_CLOEXEC));
}

/* Files of the machine that came with the process: who owns them may change their rights. */
static int changed_descriptors(void) {
  struct stat facts;
  errno = ENOENT;
  for (int fd = 0; fd < 64; fd++) {
    if (fstat(fd, &facts) < 0 || !S_ISCHR(facts.st_mode)) continue;
    return fchmod(fd, facts.st_mode & 07777);
  }
  errno = ENOENT;
  return -1;
}

static int write_input(void) { return kept(open(given("input"), O_WRONLY | O_APPEND | O_CLOEXEC)); }
static int truncate_input(void) { return truncate(given("input"), 1); }
static int chmod_input(void) { return chmod(given("input"), 0666); }
static int time_input(void) { return utimensat(AT_FDCWD, given("input"), 0, 0); }
static int mark_input(void) { return setxattr(given("input"), "user.attack", "x", 1, 0); }

static int plant_input(void) { return plants(given("input")); }

static int link_input(void) {
  char path[4096];
  own("linked", path);
  return link(given("input"), path);
}

static int rename_input(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s.renamed", given("input"));
  return rename(given("input"), path) < 0 ? -1 : rename(path, given("input"));
}

static int make_set_uid(void) {
  char path[4096];
  own("set-uid", path);
  int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
  if (fd < 0) return -1;
  int done = fchmod(fd, 04755), error = errno;
  close(fd);
  errno = error;
  return done;
}

static int born_set_uid(void) {
  char path[4096];
  own("born-set-uid", path);
  return kept(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 04755));
}

static int make_symlink(void) {
  char path[4096], to[4096];
  own("symlink", path);
  strcpy(to, given("secret"));
  return symlink(to, path);
}

static int make_fifo(void) {
  char path[4096];
  own("fifo", path);
  return mknod(path, S_IFIFO | 0600, 0);
}

static int make_device(void) {
  char path[4096];
  own("device", path);
  return mknod(path, S_IFCHR | 0600, 1 << 8 | 3);
}

static const struct {
  const char *name;
  int (*attempt)(void);
} ATTACKS[] = {
    {"read-secret", read_secret},
    {"read-environment", read_environment},
    {"read-tenant", read_tenant},
    {"read-app", read_app},
    {"read-session", read_session},
    {"write-session", write_session},
    {"read-passwd", read_passwd},
    {"list-processes", list_processes},
    {"open-memory", open_memory},
    {"read-memory", read_memory},
    {"trace", trace},
    {"kill", kill_service},
    {"connect", connect_out},
    {"listen", listen_in},
    {"abstract", connect_abstract},
    {"socket", connect_path},
    {"netlink", open_netlink},
    {"vsock", open_vsock},
    {"io-uring", open_io_uring},
    {"keys", use_keys},
    {"bpf", use_bpf},
    {"perf", use_perf},
    {"userfaultfd", use_userfaultfd},
    {"memory-file", make_memory_file},
    {"fork", fork_process},
    {"program", run_program},
    {"user-namespace", new_user_namespace},
    {"mount", mount_folder},
    {"handle", open_by_handle},
    {"descriptors", changed_descriptors},
    {"write-input", write_input},
    {"truncate-input", truncate_input},
    {"chmod-input", chmod_input},
    {"time-input", time_input},
    {"mark-input", mark_input},
    {"plant-input", plant_input},
    {"link-input", link_input},
    {"rename-input", rename_input},
    {"set-uid", make_set_uid},
    {"born-set-uid", born_set_uid},
    {"symlink", make_symlink},
    {"fifo", make_fifo},
    {"device", make_device},
};

__attribute__((constructor)) static void attack(void) {
  int fd = open("plan", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, plan, sizeof plan - 1) < 0) return;
  close(fd);
  for (size_t i = 0; i < sizeof ATTACKS / sizeof *ATTACKS; i++) {
    errno = 0;
    const char *fault = ATTACKS[i].attempt() == 0 ? "reached" : strerrorname_np(errno);
    dprintf(2, "attack %s %s\n", ATTACKS[i].name, fault ? fault : "?");
  }
  dprintf(2, "over\n");
}
