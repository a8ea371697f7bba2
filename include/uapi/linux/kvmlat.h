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
 *	VCPU_GET dump	the same as filters, DETAILS,	VCPU [MORE], with CURSOR then END
 *			CURSOR
 *	RESET		VM_ID, PID			none but the error code
 *	DETAIL_SET	SWITCH (needed), VM_ID, PID	none but the error code
 *	KNOB_GET dump	WHICH_KNOB, SCOPE, VM_ID, PID,	KNOB, one message per knob and scope
 *			VCPU_ID
 *	KNOB_SET	KNOB.., DRY_RUN			CHANGE, KNOB..
 *	KNOB_UNDO	CHANGE, DRY_RUN			KNOB..
 *	KNOB_CHANGED	(an event, see below)		CHANGE, AUTHOR, KNOB
 *	OUTLIER_WATCH	VM_ID, PID, VCPU_ID,		none but the error code
 *			THRESHOLD..
 *	OUTLIER_GET dump				OUTLIER, one message each, then END
 *
 * An attribute that a command does not list is refused with EINVAL. Filters are
 * combined: all must match. A "do" that matches nothing is refused with ENOENT, and
 * one that matches more than one VM or vCPU with EINVAL; a dump that matches nothing
 * is empty. A PID can have several VMs.
 *
 * A "do" answers in one message, so VCPU_GET with HISTOGRAMS needs CODE there, and DETAILS
 * are for dumps only.
 *
 * Dumps
 *
 * VMs and vCPUs come in no particular order. The account of a vCPU that does not fit
 * into one message goes on in the next: all but its last message carry MORE, each
 * repeats the whole VCPU nest but for the REASON and DETAIL nests, and each of those stands
 * in one message, whole. All messages of a vCPU are of one snapshot: its rows, times and
 * histograms belong to the same instant (NOW), only each DETAIL has its own. Different
 * vCPUs have different instants.
 *
 * NLM_F_DUMP_INTR says that a VM or vCPU came, went or was reset while the dump ran.
 * What was sent is still exact for each vCPU, but one may be missing: ask again.
 *
 * What changed
 *
 * A VCPU_GET dump with CURSOR, 0 at first, ends with a message END. Its CURSOR is for the
 * CURSOR of the next dump with the same filters, which then has CHANGES in its END and sends
 * only what happened in between. Any number of readers may do so, each with a cursor of its
 * own; asking twice with the same one is allowed, and is what to do after NLM_F_DUMP_INTR.
 *
 * - A vCPU that is not sent had no event from its NOW up to NOW of END: it is still in its
 *   STATE, and TIMES of that state (with RUNQ also PREEMPTED and the latest PREEMPTOR's TIME)
 *   grew by what is between them. One that is GONE does not change any more.
 * - A vCPU that is sent has all its attributes but only those REASON rows that changed. Those
 *   that the reader has of it stay, unless SINCE is another than before: then it was reset,
 *   and what is sent is all. DETAIL nests are all sent or, if nothing happened, none is.
 * - One that is UNREADABLE is to be thrown away; once it can be read it is sent whole.
 * - What did not change may be sent as well.
 * - A VM that was forgotten, after a RESET or because too many ended, is not told of: it is
 *   not among those that VM_GET lists any more, and neither are its vCPUs.
 *
 * A CURSOR that no dump of this load of the module ended with is as 0. The answer is whole
 * then, and END has no CHANGES: a reader throws away what he had.
 *
 * The account
 *
 * Times are in ns of the module's clock (INFO: NOW), counters are 64 bit and start at
 * SINCE. The sum of TIMES is NOW - SINCE. A REASON is a row: its CLASS, and for some classes
 * CODE, say of what. COUNT is the number of events that are complete and equals the sum of its
 * histogram. A row without events is not sent.
 *
 * Rows of the classes EXIT, UNKNOWN, OTHER, NESTED and REFLECTED are exits, from kvm_exit to
 * kvm_entry, each in one row. The exit that is being handled right now is in OPEN and nowhere
 * else. When a VM ends, OPEN is closed. Together they are all time outside the guest, but for an
 * exit that was under way at SINCE (of a RESET, or of an account that does not begin with an
 * exit): that one is in no row and in no OPEN, only in TIMES.
 *
 * An exit that finds no memory for its row is in that of the class OTHER, another span in none:
 * INFO counts both in SPILLED. Events of a vCPU for which no account is ready are in MISSED only.
 * All other rows are spans within exits, and may lie within each other: a sleep is part of a
 * halt, that of an exit. They must not be added to those of exits. Those of TIMER may begin in the
 * guest: a timer's deadline passes wherever the vCPU is.
 *
 * TIMES count the state that the vCPU is in (STATE, since STATE_SINCE) up to NOW. Two states
 * are only known afterwards. That a halt polled is known when the halt ends: until then it is
 * EXIT. How much of an absence after a sleep was waiting for a CPU is known when the thread runs
 * again: until then it is WAIT or OFF. So from one snapshot to the next, EXIT (or USER, when the
 * VMM goes on with a halt that a signal interrupted), WAIT and OFF can lose what POLL and RUNQ
 * win. GUEST and all of REASON only grow.
 *
 * The thread that ran the vCPU last is the one whose absences count. Time that a thread spends
 * blocked in KVM without a halt (a page of guest memory that has to be read) is OFF; an AP
 * that waits for its SIPI is in WAIT. A thread that runs several vCPUs in turn has only the
 * latest one's absences; the others stay in USER.
 *
 * Details of exits are collected for VMs for which DETAIL_SET switched them on, also for vCPUs
 * that come later; VM then has DETAILS. Each vCPU has room for 128 keys in 16 bins of 8. A key
 * that finds its bin full takes the place of the least frequent one there and adds that one's
 * COUNT to its own, as ERROR: the true count is between COUNT - ERROR and COUNT, and a key that
 * is not there has at most the least COUNT of its bin. That bin is, modulo 2^64,
 *
 *	((KIND + 1) << 56 | KEY) * 0x61c8864680b583eb >> 60
 *
 * which one must know to add up vCPUs, of which only some have a key. While DETAILS_EVICTED is 0
 * all are exact and complete. Exits of encrypted guests have no details, nor have MMIO accesses
 * that need none of KVM's emulation.
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
 * zero, details too, and forgets VMs that ended. The exit that is open at that time is dropped.
 *
 * Outliers
 *
 * OUTLIER_WATCH makes its socket a watcher: from the next event of each vCPU on that the filters
 * mean, also of those that come later, an outlier is kept for each time that something takes longer
 * than the THRESHOLD of its KIND. Another OUTLIER_WATCH takes the place of the one before, one
 * without a THRESHOLD ends it, and so does the end of the socket. There are KVMLAT_WATCHERS_MAX
 * watchers at most.
 *
 * OUTLIER_GET sends what the socket was not sent yet, of each vCPU the oldest first. Each vCPU
 * keeps 64, and the newest take the place of the oldest. How many the socket was not sent for
 * that is told by DROPPED of the next one of the vCPU, and in all, exactly, by DROPPED of END.
 *
 * TOTAL is the sum of TIMES. Of the kinds user, runq and wake it is what is in the row of that
 * class, so the longest is that row's LONGEST. Of exit it is what KVM itself took for an exit, and
 * of gap the whole exit but for poll and wait: what the guest lost without having asked for it. Of
 * an exit without any other state both are what is in its row. An event can be an outlier of
 * several kinds: an exit, the visit to the VMM in it, the wait for a CPU in that.
 *
 * Each PART says whose a piece of TIMES is: of RUNQ tasks that had the CPU meanwhile, of EXIT and
 * USER interrupts that came then. They are the longest, 8 at most, and those of a STATE are not
 * more than its time. What they leave of EXIT and USER is KVM's or the VMM's own, or of an
 * interrupt that the kernel has no tracepoint for; what they leave of RUNQ is of tasks that nobody
 * noted. So an outlier from before the first watcher's probes came has no PART.
 *
 * Knobs
 *
 * A knob has a value in up to three scopes: the host, a VM, a vCPU. VM and vCPU have one of
 * their own or inherit that of the scope before; VALUE is what is in effect and SOURCE
 * the scope that it comes from. Only HALT_POLL_NS has all three. KNOB_GET sends a knob that
 * this host does not have, too, with WHY instead of VALUE, and says WHY beside VALUE for
 * one that can be read but not changed. The host's knobs are left out when VM_ID, PID or
 * VCPU_ID is given, and VMs that ended always are. RANGE_MIN, RANGE_MAX, UNIT and NAME
 * stand in every reply to KNOB_GET: there is no other table of them.
 *
 * KNOB_SET takes up to KVMLAT_KNOBS_MAX KNOB nests, each with ID, with either VALUE or
 * INHERIT, with VM_ID or PID for a VM or a vCPU, with VCPU_ID for a vCPU, and with EXPECT
 * or EXPECT_INHERIT if it shall only be changed from that. No knob may come twice. All are
 * checked before the first is changed, and if one cannot be changed those before it are put
 * back: either all are in effect or none. The reply repeats them in the same order, with
 * OLD, OLD_SOURCE, VALUE, SOURCE and RESULT, and CHANGE names the request. With DRY_RUN
 * nothing happens, there is no CHANGE, and VALUE is what would be.
 *
 * A knob of a VM or a vCPU is in effect from the next halt of each vCPU on at the latest, a
 * halt poll parameter of the host from the next halt, and one of PLE from the next PAUSE exit or
 * the next time that the vCPU gets a CPU. LATER says that only new VMs see it.
 *
 * KNOB_UNDO takes CHANGE back, or without one everything, the latest first. A knob that a
 * later change has set, too, keeps its value (COVERED), and undoing that one will then go back
 * to before both. A knob that somebody else has set since is LEFT as it is. The reply has the
 * knobs with RESULT, OLD and VALUE, as many as fit into one message; the events have all.
 * Only the KVMLAT_UNDO_MAX latest changes of a knob can be taken back one by one, older ones
 * only together, by an undo of everything. Unloading the module undoes everything. What is
 * set for a VM or a vCPU ends with the VM, and of kvm or a vendor module with the module.
 *
 * The multicast group "events" tells of every single change of a knob by a KNOB_CHANGED:
 * who (AUTHOR), what (KNOB with ID, NAME, SCOPE, VM_ID, PID, VCPU_ID, OLD, OLD_SOURCE,
 * VALUE, SOURCE, RESULT) and of which request (CHANGE, of the undo's target for an undo;
 * absent when everything is undone). Dry runs are no changes.
 *
 * Permission and errors
 *
 * Reading needs CAP_PERFMON or CAP_SYS_ADMIN; RESET, DETAIL_SET, KNOB_SET, KNOB_UNDO and
 * joining the group "events" need CAP_SYS_ADMIN, all in the initial user namespace, since
 * what guests do is a side channel. Otherwise: EPERM. Every refusal
 * but ENOMEM carries a sentence (NLMSGERR_ATTR_MSG) and, where one is at fault, the attribute
 * (NLMSGERR_ATTR_OFFS); a caller sets NETLINK_EXT_ACK to get them.
 *
 *	EPERM	no permission
 *	EINVAL	an attribute is malformed, unknown, out of range or not for this command
 *	ERANGE	an integer is out of range
 *	ENOENT	no such VM, vCPU or change; or the socket watches for no outliers
 *	EOPNOTSUPP	this host does not have the knob, or cannot change it while KVM is loaded
 *	ECANCELED	what was in effect is not what the caller expected, or was changed by
 *			somebody else while the request was under way
 *	EPROTO	ABI is not one that the module speaks
 *	EBUSY	the account changed at every try to read it, for a second or more: ask again; or
 *		there are too many watchers already
 *	ENODEV	the module is being unloaded, and would not undo what it changes now
 *	ENOMEM	no memory for the reply, for details, for outliers or for what undoes a change
 */
#ifndef _UAPI_LINUX_KVMLAT_H
#define _UAPI_LINUX_KVMLAT_H

#include <linux/kvmlat-gen.h>

#endif /* _UAPI_LINUX_KVMLAT_H */
