/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * kvmlat - per-vCPU exit and latency accounting for KVM, over generic netlink
 *
 * The attributes, commands and constants are in linux/kvmlat-gen.h, made from
 * Documentation/netlink/kvmlat.yaml, where each is described. Here stands what
 * one must know to use them together.
 *
 * Requests and replies
 *
 *	command		request (all optional)		reply
 *	INFO		ABI				INFO
 *	VM_GET do	VM_ID or PID			VM
 *	VM_GET dump	VM_ID, PID			VM, one message per VM
 *	VCPU_GET do	VM_ID or PID, VCPU_ID, CODE,	VCPU
 *			HISTOGRAMS
 *	VCPU_GET dump	the same, as filters		VCPU [MORE]
 *	RESET		VM_ID, PID			none but the error code
 *
 * An attribute that a command does not list is refused with EINVAL. Filters are
 * combined: all must match. A "do" that matches nothing is refused with ENOENT, and
 * one that matches more than one VM or vCPU with EINVAL; a dump that matches nothing
 * is empty. A PID can have several VMs.
 *
 * A "do" answers in one message, so VCPU_GET with HISTOGRAMS needs CODE there; with
 * a dump it does not.
 *
 * Dumps
 *
 * VMs and vCPUs come in no particular order. The account of a vCPU that does not fit
 * into one message goes on in the next: all but its last message carry MORE, each
 * repeats the whole VCPU nest but for the REASON nests, and each REASON stands in one
 * message, whole. All messages of a vCPU are of one snapshot: its rows, times and
 * histograms belong to the same instant (NOW). Different vCPUs have different instants.
 *
 * NLM_F_DUMP_INTR says that a VM or vCPU came, went or was reset while the dump ran.
 * What was sent is still exact for each vCPU, but one may be missing: ask again.
 *
 * The account
 *
 * Times are in ns of the module's clock (INFO: NOW), counters are 64 bit and start at
 * SINCE. The sum of TIMES is NOW - SINCE. COUNT of a REASON is the number of exits whose
 * handling is complete and equals the sum of its histogram; the exit that is being
 * handled right now is in OPEN and nowhere else. When a VM ends, OPEN is closed.
 *
 * TIMES count the state that the vCPU is in (STATE, since STATE_SINCE) up to NOW. An event
 * takes its time stamp before it is recorded. If NOW falls between the two, because that
 * CPU was held up by an NMI, an SMI or its own hypervisor, the next snapshot has that much
 * less in this state and more in another. Complete intervals, and all of REASON, only grow.
 *
 * A histogram has KVMLAT_HIST_BUCKETS buckets. Bucket 0 holds what took less than 64 ns,
 * the last what took 2^40 ns and more. Between them every octave from 2^6 to 2^39 ns has
 * 8 buckets of the same width: the lower bound of bucket i, 1 <= i <= 272, is
 *
 *	(8 + (i - 1) % 8) << (3 + (i - 1) / 8)	ns
 *
 * BUCKET_INDEX (u16) and BUCKET_COUNT (u64) are arrays of the same length and name the
 * buckets that are not empty.
 *
 * A RESET makes SINCE the time of the call for every vCPU that it names, all counters
 * zero, and forgets VMs that ended. The exit that is open at that time is dropped.
 *
 * Permission and errors
 *
 * Reading needs CAP_PERFMON or CAP_SYS_ADMIN, RESET needs CAP_SYS_ADMIN, both in the initial
 * user namespace, since what guests do is a side channel. Otherwise: EPERM. Every refusal
 * carries a sentence (NLMSGERR_ATTR_MSG) and, where one is at fault, the attribute
 * (NLMSGERR_ATTR_OFFS); a caller sets NETLINK_EXT_ACK to get them.
 *
 *	EPERM	no permission
 *	EINVAL	an attribute is malformed, unknown, out of range or not for this command
 *	ERANGE	an integer is out of range
 *	ENOENT	no such VM or vCPU
 *	EPROTO	ABI is not one that the module speaks
 *	ENOMEM	no memory for the snapshot
 */
#ifndef _UAPI_LINUX_KVMLAT_H
#define _UAPI_LINUX_KVMLAT_H

#include <linux/kvmlat-gen.h>

#endif /* _UAPI_LINUX_KVMLAT_H */
