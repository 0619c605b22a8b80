/*
 * Pages and their check. See page.h.
 */
#include "harness/load/page.h"

#include <string.h>

/* Repeated to fill a page: no two neighbours alike, so that a byte lost or doubled shows. */
static const char pattern[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+\n";
enum { PATTERN = sizeof(pattern) - 1 };

void page_digits(char *text, int digits, uint64_t value)
{
	for (int i = digits - 1; i >= 0; i--, value >>= 4)
		text[i] = "0123456789abcdef"[value & 15];
}

void page_id(char id[PAGE_ID_BYTES], uint32_t connection, uint64_t number)
{
	page_digits(id, 8, connection);
	id[8] = '-';
	page_digits(id + 9, 16, number);
}

void page_head(char head[PAGE_HEAD_BYTES], const char id[PAGE_ID_BYTES], uint64_t result)
{
	static const char id_is[] = {'i', 'd', '='};
	static const char result_is[] = {' ', 'r', 'e', 's', 'u', 'l', 't', '='};

	memcpy(head, id_is, sizeof(id_is));
	memcpy(head + 3, id, PAGE_ID_BYTES);
	memcpy(head + 28, result_is, sizeof(result_is));
	page_digits(head + 36, 16, result);
	head[PAGE_HEAD_BYTES - 1] = '\n';
}

/* How much of the page lies in one piece of memory at an offset, and where. */
static size_t page_piece(const char *head, size_t offset, size_t bytes, const char **piece)
{
	size_t place = offset % PATTERN;
	size_t left = PATTERN - place;

	*piece = pattern + place;
	if (offset < PAGE_HEAD_BYTES) {
		*piece = head + offset;
		left = PAGE_HEAD_BYTES - offset;
	}
	return bytes < left ? bytes : left;
}

size_t page_write(const char head[PAGE_HEAD_BYTES], size_t page_bytes, size_t offset, char *buffer,
	size_t bytes)
{
	size_t total = page_bytes - offset < bytes ? page_bytes - offset : bytes;

	for (size_t done = 0; done < total;) {
		size_t at = offset + done, left = total - done, part;
		const char *piece;

		part = page_piece(head, at, left, &piece);
		memcpy(buffer + done, piece, part);
		done += part;
	}
	return total;
}

bool page_matches(const char head[PAGE_HEAD_BYTES], size_t page_bytes, size_t offset,
	const char *buffer, size_t bytes)
{
	if (offset + bytes > page_bytes)
		return false;
	for (size_t done = 0; done < bytes;) {
		size_t at = offset + done, left = bytes - done, part;
		const char *piece;

		part = page_piece(head, at, left, &piece);
		if (memcmp(buffer + done, piece, part) != 0)
			return false;
		done += part;
	}
	return true;
}
