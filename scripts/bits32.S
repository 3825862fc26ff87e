# Ends with 42 where the kernel runs 32-bit code as Wine's own WoW64 needs it, and by a signal where it does not.
        .globl _start
_start: mov     $20, %eax               # getpid, the 32-bit way: so Wine asks for a thread's segment
        int     $0x80
        ljmp    *narrow(%rip)           # then it goes on in 32-bit code (a far call faults in some emulators)

        .code32
in32:   mov     $1, %eax                # exit
        mov     $42, %ebx
        int     $0x80

        .section .rodata
narrow: .long   in32
        .word   0x23                    # the code segment that Linux has for 32-bit programs
