// SPDX-License-Identifier: GPL-2.0-only
/* The beginnings of get_exit_info() in Debian's kernels, as objdump shows them, and others. */
#include <stdlib.h>
#include <string.h>

#include "operand.h"
#include "tap.h"

#define FENTRY	"\xe8\x11\x22\x33\x44"
#define NOP	"\x0f\x1f\x44\x00\x00"
#define ENDBR	"\xf3\x0f\x1e\xfa"

static struct kvmlat_operand operand;

static bool find(const char *code, size_t size)
{
	operand = (struct kvmlat_operand){};
	return kvmlat_operand_find((const u8 *)code, size, &operand);
}

/* Of a literal without its last 0. */
#define FIND(code) find(code, sizeof(code) - 1)

static void amd(void)
{
	/* 6.1: mov 0x1998(%rdi),%rax; mov 0x70(%rax),%edi; mov %edi,(%rsi) */
	EXPECT(FIND(FENTRY "\x48\x8b\x87\x98\x19\x00\x00\x8b\x78\x70\x89\x3e"));
	EXPECT_EQ(operand.first, 0x1998);
	EXPECT_EQ(operand.second, 0x70);
	/* 7.3 takes 64 bits, of which it stores 32; without a tracer there are bytes of nothing */
	EXPECT(FIND(ENDBR NOP "\x48\x8b\x87\x38\x19\x00\x00\x48\x8b\x78\x70\x89\x3e"));
	EXPECT_EQ(operand.first, 0x1938);
	EXPECT_EQ(operand.second, 0x70);
	/* Neither tracer nor landing pad */
	EXPECT(FIND("\x48\x8b\x87\x98\x19\x00\x00\x8b\x78\x70\x89\x3e"));
	EXPECT_EQ(operand.first, 0x1998);
}

static void intel(void)
{
	/* 6.1: pushes, a lea, moves; mov 0x1e80(%rdi),%eax; mov %rdi,%rbx; mov %eax,(%rsi) */
	EXPECT(FIND(FENTRY "\x41\x57\x4c\x8d\xbf\xb0\x01\x00\x00\x41\x56\x4d\x89\xce\x41\x55"
		    "\x4d\x89\xc5\x41\x54\x49\x89\xcc\x55\x48\x89\xd5\x53"
		    "\x8b\x87\x80\x1e\x00\x00\x48\x89\xfb\x89\x06"));
	EXPECT_EQ(operand.first, 0x1e80);
	EXPECT_EQ(operand.second, 0);
	/* 6.12: push, mov, push, mov %rdi,%rbx, sub $0x18,%rsp, and the same */
	EXPECT(FIND(ENDBR FENTRY "\x41\x54\x49\x89\xd4\x53\x48\x89\xfb\x48\x83\xec\x18"
		    "\x8b\x87\x40\x1e\x00\x00\x89\x06"));
	EXPECT_EQ(operand.first, 0x1e40);
	EXPECT_EQ(operand.second, 0);
	/* Through the copy of the vCPU: mov %rdi,%rbx; mov 0x1e40(%rbx),%eax; mov %eax,(%rsi) */
	EXPECT(FIND(NOP "\x48\x89\xfb\x8b\x83\x40\x1e\x00\x00\x89\x06"));
	EXPECT_EQ(operand.first, 0x1e40);
}

static void refused(void)
{
	/* A number that is made, not read: add $1,%edi */
	EXPECT(!FIND(NOP "\x48\x8b\x87\x98\x19\x00\x00\x8b\x78\x70\x83\xc7\x01\x89\x3e"));
	/* Stored elsewhere: mov %edi,(%rdx), mov %edi,0x8(%rsi) */
	EXPECT(!FIND(NOP "\x48\x8b\x87\x98\x19\x00\x00\x8b\x78\x70\x89\x3a"));
	EXPECT(!FIND(NOP "\x48\x8b\x87\x98\x19\x00\x00\x8b\x78\x70\x89\x7e\x08"));
	/* 64 bits of it: mov %rdi,(%rsi) */
	EXPECT(!FIND(NOP "\x48\x8b\x87\x98\x19\x00\x00\x8b\x78\x70\x48\x89\x3e"));
	/* Something else is stored before, %ecx, and the pointer itself */
	EXPECT(!FIND(NOP "\x8b\x87\x40\x1e\x00\x00\x89\x0e\x89\x06"));
	EXPECT(!FIND(NOP "\x48\x8b\x87\x98\x19\x00\x00\x89\x06\x90\x90\x90"));
	/* The vCPU is no longer where it was: mov %rcx,%rdi */
	EXPECT(!FIND(NOP "\x48\x89\xcf\x8b\x87\x40\x1e\x00\x00\x89\x06"));
	/* Nor is the place to store to: lea 0x8(%rsi),%rsi */
	EXPECT(!FIND(NOP "\x48\x8d\x76\x08\x8b\x87\x40\x1e\x00\x00\x89\x06"));
	/* With an index, and relative to the instruction */
	EXPECT(!FIND(NOP "\x8b\x84\xc7\x40\x1e\x00\x00\x89\x06"));
	EXPECT(!FIND(NOP "\x8b\x05\x40\x1e\x00\x00\x89\x06"));
	/* Before the vCPU, and farther than any has */
	EXPECT(!FIND(NOP "\x8b\x87\xf0\xff\xff\xff\x89\x06"));
	EXPECT(!FIND(NOP "\x8b\x87\x00\x00\x10\x00\x89\x06"));
	/* A kprobe of somebody's, a jump, nothing but the beginning */
	EXPECT(!FIND("\xcc\x1f\x44\x00\x00\x8b\x87\x40\x1e\x00\x00\x89\x06"));
	EXPECT(!FIND(NOP "\xeb\x04\x8b\x87\x40\x1e\x00\x00\x89\x06"));
	EXPECT(!FIND(NOP "\x8b\x87\x40\x1e\x00\x00"));
}

/* Whatever bytes come, it looks at no more than it was given, which the sanitizer sees. */
static void any_bytes(void)
{
	static const char good[] = NOP "\x41\x57\x48\x8b\x87\x98\x19\x00\x00\x8b\x78\x70\x89\x3e";

	srand(1);
	for (int i = 0; i < 300000; i++) {
		size_t size = rand() % (2 * sizeof(good));
		/* Its end is the end of its memory. */
		char *bytes = malloc(size + !size);

		for (size_t b = 0; b < size; b++)
			bytes[b] = b < sizeof(good) && rand() % 16 ? good[b] : rand();
		if (find(bytes, size))
			EXPECT(operand.first > 0 && operand.first < 1 << 20);
		free(bytes);
	}
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "get_exit_info() of kvm_amd", amd },
		{ "get_exit_info() of kvm_intel", intel },
		{ "what is not followed", refused },
		{ "any bytes", any_bytes },
	};

	return tap_run(cases, TAP_CASES(cases));
}
