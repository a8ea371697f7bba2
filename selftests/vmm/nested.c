// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest needs for a nested guest, whose VMCB is of the same flat memory and code as the
 * guest around it. Offsets are those of the AMD64 Architecture Programmer's Manual, volume 2,
 * appendix B.
 */
#include <string.h>

#include "vmm.h"

#define INTERCEPT_VEC4	0x010
#define ASID		0x058
#define SAVE		0x400
#define EFER		(SAVE + 0x0d0)
#define CR0		(SAVE + 0x158)
#define DR7		(SAVE + 0x160)
#define DR6		(SAVE + 0x168)
#define RFLAGS		(SAVE + 0x170)
#define G_PAT		(SAVE + 0x268)

#define VMRUN_AND_VMMCALL	0x3
#define CR0_PE_AND_ET		0x11
#define FLAT_CODE		0xc9b
#define FLAT_DATA		0xc93

/* Present, writable, accessed, dirty, a page of 4 MiB */
#define PRESENT_DIRTY_4M	0xe3

struct segment {
	uint16_t selector;
	uint16_t attributes;
	uint32_t limit;
	uint64_t base;
};

enum { ES, CS, SS, DS, FS, GS, GDTR, LDTR, IDTR, TR };

/* KVM lets a guest use VMRUN only with paging on: everything, one to one, in pages of 4 MiB */
void page_directory_fill(void *directory)
{
	uint32_t *entry = directory;

	for (uint32_t i = 0; i < GUEST_PAGE_SIZE / sizeof(*entry); i++)
		entry[i] = i << 22 | PRESENT_DIRTY_4M;
}

static void put(void *vmcb, unsigned int offset, uint64_t value)
{
	memcpy((char *)vmcb + offset, &value, sizeof(value));
}

static void put_segment(void *vmcb, unsigned int which, uint16_t selector, uint16_t attributes,
			uint32_t limit)
{
	struct segment s = { .selector = selector, .attributes = attributes, .limit = limit };

	memcpy((char *)vmcb + SAVE + which * sizeof(s), &s, sizeof(s));
}

void vmcb_fill(void *vmcb)
{
	memset(vmcb, 0, GUEST_PAGE_SIZE);
	put(vmcb, INTERCEPT_VEC4, VMRUN_AND_VMMCALL);
	put(vmcb, ASID, 1);
	for (unsigned int which = ES; which <= GS; which++)
		put_segment(vmcb, which, which == CS ? GUEST_CS : GUEST_DS,
			    which == CS ? FLAT_CODE : FLAT_DATA, 0xffffffff);
	/* Empty: the nested guest loads no segment and takes no interrupt */
	put_segment(vmcb, GDTR, 0, 0, 0);
	put_segment(vmcb, IDTR, 0, 0, 0);
	put(vmcb, EFER, EFER_SVME);
	put(vmcb, CR0, CR0_PE_AND_ET);
	put(vmcb, DR7, 0x400);
	put(vmcb, DR6, 0xffff0ff0);
	put(vmcb, RFLAGS, 2);
	put(vmcb, G_PAT, 0x0007040600070406);
}
