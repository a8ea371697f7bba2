// SPDX-License-Identifier: GPL-2.0-only
/* A process, called as its caller likes, with a thread called THREAD, until its input ends. */
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void)
{
	const char *name = getenv("THREAD");
	char c;

	if (name)
		prctl(PR_SET_NAME, name);
	/* The caller waits for this */
	if (write(1, "", 1) != 1)
		return 1;
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
