/*
 * without_32bit COMMAND [ARGUMENT...]: runs a command as on a machine whose kernel runs no 32-bit code. The first system
 * call that a process makes the 32-bit way ends it.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sock_filter instructions[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(instructions) / sizeof(instructions[0]), instructions};

    if (argc < 2)
    {
        fprintf(stderr, "usage: without_32bit COMMAND [ARGUMENT...]\n");
        return 2;
    }
    /* Only root may do this and still gain rights by sudo. */
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)
            && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)))
    {
        perror("without_32bit: no filter for system calls");
        return 1;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
