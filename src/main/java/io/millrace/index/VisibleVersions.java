package io.millrace.index;

import io.millrace.document.DocumentKey;
import java.util.Arrays;
import java.util.List;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Works out from intake numbers which document of every key is its newest version, and compares
/// that with what the delete vectors show (I8): per key at most one document is visible, and it is
/// the newest there is. A key without a visible document was deleted.
///
/// Keys are taken in as many rounds as it needs for [#ROUND_DOCUMENTS] of them at a time, by their
/// hash, so that heap stays at about 60 MB however many there are. Documents without a key are
/// passed over. Confined to one thread.
final class VisibleVersions {
    private static final int ROUND_DOCUMENTS = 1 << 20;

    private static final int NONE = -1;

    /// Is told what is wrong.
    @FunctionalInterface
    interface Findings {
        void found(String file, String place, String expected, String found);
    }

    private final List<SegmentView> views;
    private final Findings findings;
    private final List<MutableRoaringBitmap> replaced;

    // The newest version seen so far of every key of the round, chained by slot.
    private final int[] slots;
    private int[] next = new int[1024];
    private long[] hashes = new long[1024];
    private int[] segments = new int[1024];
    private int[] documents = new int[1024];
    private int count;

    private VisibleVersions(List<SegmentView> views, Findings findings, int slotCount) {
        this.views = views;
        this.findings = findings;
        this.replaced = views.stream().map(_ -> new MutableRoaringBitmap()).toList();
        this.slots = new int[slotCount];
    }

    /// Returns, segment by segment, the documents that a newer one replaced: the least that the
    /// delete vectors must hold.
    static List<MutableRoaringBitmap> check(List<SegmentView> views, Findings findings) {
        long total = views.stream().mapToLong(SegmentView::documentCount).sum();
        int rounds = Math.toIntExact(total / ROUND_DOCUMENTS + 1);
        int slotCount = Integer.highestOneBit((int) Math.min(total, ROUND_DOCUMENTS) + 1) * 2;
        VisibleVersions versions = new VisibleVersions(views, findings, slotCount);
        for (int round = 0; round < rounds; round++) {
            versions.run(round, rounds);
        }
        return versions.replaced;
    }

    private void run(int round, int rounds) {
        Arrays.fill(slots, NONE);
        count = 0;
        for (int segment = 0; segment < views.size(); segment++) {
            SegmentView view = views.get(segment);
            for (int document = 0; document < view.documentCount(); document++) {
                DocumentKey key = view.reader().key(document);
                if (key.bytes().length > 0 && Long.remainderUnsigned(key.hash(), rounds) == round) {
                    enter(key, segment, document);
                }
            }
        }
    }

    private void enter(DocumentKey key, int segment, int document) {
        int slot = (int) (key.hash() >>> 32) & (slots.length - 1);
        for (int i = slots[slot]; i != NONE; i = next[i]) {
            if (hashes[i] == key.hash()
                    && views.get(segments[i]).reader().key(documents[i]).equals(key)) {
                replace(i, key, segment, document);
                return;
            }
        }
        if (count == next.length) {
            next = Arrays.copyOf(next, count * 2);
            hashes = Arrays.copyOf(hashes, count * 2);
            segments = Arrays.copyOf(segments, count * 2);
            documents = Arrays.copyOf(documents, count * 2);
        }
        hashes[count] = key.hash();
        segments[count] = segment;
        documents[count] = document;
        next[count] = slots[slot];
        slots[slot] = count++;
    }

    /// Keeps the newer of two versions of a key and looks at the older.
    private void replace(int kept, DocumentKey key, int segment, int document) {
        long seqKept = views.get(segments[kept]).reader().seq(documents[kept]);
        long seq = views.get(segment).reader().seq(document);
        int olderSegment = seq > seqKept ? segments[kept] : segment;
        int olderDocument = seq > seqKept ? documents[kept] : document;
        if (seq > seqKept) {
            segments[kept] = segment;
            documents[kept] = document;
        }
        String newer = "document %d of %s".formatted(documents[kept], file(segments[kept]));
        replaced.get(olderSegment).add(olderDocument);
        if (seq == seqKept) {
            findings.found(
                    file(olderSegment),
                    "seq of document " + olderDocument,
                    "an intake number of its own for key " + key,
                    seq + ", which is also that of " + newer);
        } else if (!views.get(olderSegment).deleted().contains(olderDocument)) {
            findings.found(
                    file(olderSegment),
                    "document " + olderDocument,
                    "deleted: %s is a newer version of key %s".formatted(newer, key),
                    "visible");
        }
    }

    private String file(int segment) {
        return views.get(segment).reader().meta().id().fileName();
    }
}
