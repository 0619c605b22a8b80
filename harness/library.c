/*
 * dlopen and dlsym. See library.h.
 */
#include "harness/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int library_load(const char *file, const struct library_symbol *symbols, void *calls, char *error,
	size_t error_bytes)
{
	/* Bound now: a first call in the window pays for no look-up. */
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL) {
		snprintf(error, error_bytes, "%s", dlerror());
		return -ENOENT;
	}
	for (const struct library_symbol *symbol = symbols; symbol->name != NULL; symbol++) {
		void *found = dlsym(library, symbol->name);
		if (found == NULL) {
			snprintf(error, error_bytes, "%s has no %s", file, symbol->name);
			dlclose(library);
			return -ENOSYS;
		}
		memcpy((char *)calls + symbol->offset, &found, sizeof(found));
	}
	return 0;
}
