package io.millrace.search;

import org.apache.lucene.util.SmallFloat;

/// BM25 with k1 = 1.2 and b = 0.75 over one text field. Immutable.
///
/// The result depends on the order of every float operation; this is the order of Lucene 10's
/// `BM25Similarity`, so that scores are equal bit for bit where the figures are. Deleted documents
/// count until they are merged away, as they do there.
final class Bm25 {
    private static final float K1 = 1.2f;
    private static final float B = 0.75f;

    private final long documentCount;

    /// By norm byte: 1 / (k1 · ((1 - b) + b · length / average length)).
    private final float[] normInverses;

    private Bm25(long documentCount, float[] normInverses) {
        this.documentCount = documentCount;
        this.normInverses = normInverses;
    }

    /// @param documentCount documents that have the field
    /// @param termCount terms in all of them, repetitions included
    static Bm25 of(long documentCount, long termCount) {
        float averageLength = (float) (termCount / (double) Math.max(1, documentCount));
        float[] normInverses = new float[256];
        for (int norm = 0; norm < normInverses.length; norm++) {
            float length = SmallFloat.byte4ToInt((byte) norm);
            normInverses[norm] = 1f / (K1 * ((1 - B) + B * length / averageLength));
        }
        return new Bm25(documentCount, normInverses);
    }

    /// What a term counts.
    ///
    /// @param documents how many documents hold it
    /// @param boost how often the query names it, times what the query multiplies it by
    float weight(long documents, float boost) {
        return boost * inverseFrequency(documents);
    }

    float inverseFrequency(long documents) {
        return (float) Math.log(1 + (documentCount - documents + 0.5D) / (documents + 0.5D));
    }

    /// @param frequency a phrase may be there in part
    float score(float weight, float frequency, byte norm) {
        return weight - weight / (1f + frequency * normInverses[norm & 0xFF]);
    }
}
