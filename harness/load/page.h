/*
 * The page an HTTP server of ours answers with: a pure function of the request's id, its result and
 * the page's size, so that whoever asked can check every byte of it.
 *
 *	id=CCCCCCCC-NNNNNNNNNNNNNNNN result=RRRRRRRRRRRRRRRR\n  and a filling up to its size
 */
#ifndef CONCBENCH_HARNESS_LOAD_PAGE_H
#define CONCBENCH_HARNESS_LOAD_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PAGE_ID_BYTES = 25,   /* connection and number, in hexadecimal digits */
	PAGE_HEAD_BYTES = 53, /* the first line */
	PAGE_BYTES_MIN = 64,
	PAGE_BYTES_MAX = 1 << 20
};

/* The id of a connection's request. */
void page_id(char id[PAGE_ID_BYTES], uint32_t connection, uint64_t number);

/* So many hexadecimal digits of a value. */
void page_digits(char *text, int digits, uint64_t value);

/* The first line of a page. */
void page_head(char head[PAGE_HEAD_BYTES], const char id[PAGE_ID_BYTES], uint64_t result);

/*
 * The bytes of a page from an offset on.
 *   Returns  how many: the rest of the page or bytes, whichever is less.
 */
size_t page_write(const char head[PAGE_HEAD_BYTES], size_t page_bytes, size_t offset, char *buffer,
	size_t bytes);

/* True if bytes that arrived are those of the page from an offset on. */
bool page_matches(const char head[PAGE_HEAD_BYTES], size_t page_bytes, size_t offset,
	const char *buffer, size_t bytes);

#endif
