/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of Documentation/format.rst. They are promises: what is new comes at the end. */
#ifndef _KVMLAT_RECORD_FORMAT_H
#define _KVMLAT_RECORD_FORMAT_H

#define FORMAT_VERSION		1

/* Records of a frame's content. A reader passes over those that it does not know. */
enum record_kind {
	RECORD_FACT = 1,	/* a name and a text */
	RECORD_KNOB,		/* a knob as it was when the frame was written */
	RECORD_INTERVAL,	/* when: in each frame but the end's, before all of accounts */
	RECORD_VM,		/* a VM that came or changed */
	RECORD_VM_GONE,		/* ids of VMs that were forgotten */
	RECORD_VCPU,		/* what happened to a vCPU, or all of its account */
	RECORD_VCPU_GONE,	/* ids of vCPUs that are not there any more */
	RECORD_OUTLIER,
	RECORD_CHANGE,		/* a knob was changed */
	RECORD_DROPPED,		/* outliers and changes that came too fast */
	RECORD_END,		/* the recorder ended as it should */
	RECORD_QUOTA,		/* the CPU time that a VM's group may use */
};

enum frame_kind {
	FRAME_FULL = 1,		/* all accounts, and all facts */
	FRAME_CHANGES,		/* what happened in an interval */
	FRAME_END,
};

/* Of RECORD_VCPU */
#define VCPU_NEW		1	/* it was not there before */
#define VCPU_RESET		2	/* it was, and counts anew */
#define VCPU_PREEMPTORS		4	/* with them */
#define VCPU_DETAILS		8	/* with details, as they were and as they are */

/* Of a row of RECORD_VCPU */
#define ROW_LONGEST		1	/* with when and where its longest was, which is new */

/* What a reader takes: beyond, a file is no recording. */
#define MAX_FRAME		(64U << 20)
#define MAX_CONTENT		(128U << 20)
#define MAX_FACT		(64U << 10)
#define MAX_VCPUS_RECORDED	65536
#define MAX_ROWS_RECORDED	(2U << 20)
#define MAX_EVENTS_RECORDED	(1U << 20)

#endif /* _KVMLAT_RECORD_FORMAT_H */
