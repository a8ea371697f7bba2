/* SPDX-License-Identifier: GPL-2.0-only */
/* Only named by what describes the whole family. */
struct genl_info;
struct genl_small_ops {
	int unused;
};
