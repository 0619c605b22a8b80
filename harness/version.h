/*
 * What this program was built from. The Makefile writes the definitions to build/<mode>/version.c,
 * the only file compiled anew when the commit changes.
 */
#ifndef CONCBENCH_HARNESS_VERSION_H
#define CONCBENCH_HARNESS_VERSION_H

extern const char version_number[];   /* "0.1.0" */
extern const char version_commit[];   /* "1a2b3c4", "1a2b3c4-dirty", or "unknown" outside git */
extern const char version_compiler[]; /* first line of $(CC) --version */
extern const char version_flags[];    /* compiler flags, then linker flags */
extern const char version_mode[];     /* "release", "asan", "tsan" */

#endif
