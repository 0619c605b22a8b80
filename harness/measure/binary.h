/*
 * Which program this is: a record names the exact bytes that made it.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_BINARY_H
#define CONCBENCH_HARNESS_MEASURE_BINARY_H

enum { SHA256_TEXT = 65 };

/*
 * SHA-256 of the running executable, in hexadecimal.
 *   Returns  0, or -errno with an empty text.
 */
int binary_sha256(char text[SHA256_TEXT]) __attribute__((warn_unused_result));

#endif
