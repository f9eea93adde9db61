// SPDX-License-Identifier: GPL-2.0-only
/*
 * shadow.c - a sparse copy of the function's memory, since a BAR may be of
 * 2^48 bytes.
 */
#include "shadow.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_LEN 4096
/* Strides over a whole window must not eat the memory of a small machine. */
#define PAGES_MAX 4096

struct shadow_page {
	struct shadow_page *next;
	uint32_t region;
	uint64_t number;
	uint8_t data[PAGE_LEN];
	uint8_t known[PAGE_LEN]; /* a byte each: simple, and fast to set */
};

static unsigned int page_bucket(uint32_t region, uint64_t number)
{
	uint64_t h = (number ^ (uint64_t)region << 60) * 0x9e3779b97f4a7c15ull;

	return (unsigned int)(h >> 56) % SHADOW_BUCKETS;
}

static struct shadow_page *page_find(const struct shadow *shadow, uint32_t region, uint64_t number)
{
	struct shadow_page *page = shadow->bucket[page_bucket(region, number)];

	while (page && (page->region != region || page->number != number))
		page = page->next;
	return page;
}

static struct shadow_page *page_get(struct shadow *shadow, uint32_t region, uint64_t number)
{
	struct shadow_page *page = page_find(shadow, region, number);
	struct shadow_page **head;

	if (page || shadow->pages >= PAGES_MAX)
		return page;
	page = calloc(1, sizeof(*page));
	if (!page)
		return NULL;
	head = &shadow->bucket[page_bucket(region, number)];
	page->region = region;
	page->number = number;
	page->next = *head;
	*head = page;
	shadow->pages++;
	return page;
}

/* The piece of the range that lies in its first page. */
static size_t piece_len(uint64_t offset, size_t len)
{
	size_t room = PAGE_LEN - offset % PAGE_LEN;

	return len < room ? len : room;
}

void shadow_store(struct shadow *shadow, uint32_t region, uint64_t offset, const uint8_t *data,
		  size_t len)
{
	struct shadow_page *page;
	size_t piece;

	for (; len; offset += piece, data += piece, len -= piece) {
		piece = piece_len(offset, len);
		page = page_get(shadow, region, offset / PAGE_LEN);
		if (!page)
			continue;
		memcpy(page->data + offset % PAGE_LEN, data, piece);
		memset(page->known + offset % PAGE_LEN, 1, piece);
	}
}

void shadow_forget(struct shadow *shadow, uint32_t region, uint64_t offset, size_t len)
{
	struct shadow_page *page;
	size_t piece;

	if (!shadow->pages)
		return;
	for (; len; offset += piece, len -= piece) {
		piece = piece_len(offset, len);
		page = page_find(shadow, region, offset / PAGE_LEN);
		if (page)
			memset(page->known + offset % PAGE_LEN, 0, piece);
	}
}

enum shadow_match shadow_compare(const struct shadow *shadow, uint32_t region, uint64_t offset,
				 const uint8_t *data, size_t len)
{
	enum shadow_match match = SHADOW_EQUAL;
	const struct shadow_page *page;
	size_t piece;

	if (!len || !shadow->pages)
		return SHADOW_UNKNOWN;
	for (; len; offset += piece, data += piece, len -= piece) {
		piece = piece_len(offset, len);
		page = page_find(shadow, region, offset / PAGE_LEN);
		if (!page || memchr(page->known + offset % PAGE_LEN, 0, piece))
			return SHADOW_UNKNOWN;
		if (memcmp(page->data + offset % PAGE_LEN, data, piece))
			match = SHADOW_DIFFERS;
	}
	return match;
}

void shadow_clear(struct shadow *shadow)
{
	struct shadow_page *page;
	size_t i;

	for (i = 0; i < SHADOW_BUCKETS; i++) {
		while ((page = shadow->bucket[i])) {
			shadow->bucket[i] = page->next;
			free(page);
		}
	}
	shadow->pages = 0;
}
