/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BAR 0 of an ISM function that is no function, but memory (memory=on).
 *
 * It is kept in pages that appear when they are first stored into, at most
 * window-pages of them.  A store that would need one more is refused, so
 * whatever was stored stays readable.
 */
#include "qemu/osdep.h"
#include "ism.h"

typedef struct IsmPage {
    uint64_t number;
    uint8_t bytes[ISM_PAGE];
} IsmPage;

void ism_memory_init(IsmState *s)
{
    s->pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                     g_free);
}

void ism_memory_exit(IsmState *s)
{
    g_hash_table_destroy(s->pages);
}

void ism_memory_clear(IsmState *s)
{
    g_hash_table_remove_all(s->pages);
}

static IsmPage *page_find(IsmState *s, uint64_t offset)
{
    uint64_t number = offset / ISM_PAGE;

    return g_hash_table_lookup(s->pages, &number);
}

const uint8_t *ism_memory_page(IsmState *s, uint64_t offset)
{
    IsmPage *page = page_find(s, offset);

    return page ? page->bytes : NULL;
}

bool ism_memory_store(IsmState *s, uint64_t offset, const uint8_t *block,
                      size_t len)
{
    IsmPage *page = page_find(s, offset);

    if (!page && g_hash_table_size(s->pages) < s->window_pages) {
        page = g_new0(IsmPage, 1);
        page->number = offset / ISM_PAGE;
        g_hash_table_insert(s->pages, &page->number, page);
    }
    if (!page) {
        return false;
    }
    memcpy(page->bytes + offset % ISM_PAGE, block, len);
    return true;
}
