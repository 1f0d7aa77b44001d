package io.millrace.segment;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.util.Counter;
import org.jspecify.annotations.Nullable;

/// Writes the postings and norms sections of a rewritten segment ([PostingsLayout]). A list longer
/// than a block is gone through twice: once for its skips, once for its blocks.
///
/// Heap: a block, the skips of one list, and what a [PostingsWalk] takes. Outside: 8 bytes a term.
final class PostingsRewriter {
    private final RewriteInputs inputs;
    private final SegmentOutput out;

    /// By input; null for one without the field.
    private final List<@Nullable MappedPostings> postings;

    private final PostingsBlock block;
    private final int[] documents = new int[PostingsLayout.BLOCK_DOCUMENTS];
    private final int[] frequencies = new int[PostingsLayout.BLOCK_DOCUMENTS];
    private final IntList skips = new IntList(Counter.newCounter());
    private long totalTerms;

    PostingsRewriter(
            RewriteInputs inputs, SegmentOutput out, List<@Nullable MappedPostings> postings) {
        this.inputs = inputs;
        this.out = out;
        this.postings = postings;
        block = new PostingsBlock(out);
    }

    /// @param terms those written, with the sources of all
    void writePostings(int field, TermsRewriter terms, int documentsWithField) throws IOException {
        out.begin();
        int termCount = terms.termCount();
        try (Spool starts = new Spool();
                PostingsWalk walk = PostingsWalk.of(inputs, postings)) {
            starts.putLong(0);
            TermSources.Reader sources = terms.sources().reader();
            for (int term = 0; term < termCount; term++) {
                inputs.step(term);
                sources.next();
                walk.open(sources, terms.documentCount(term));
                list(walk, terms.documentCount(term));
                starts.putLong(out.offset());
            }
            out.putLong(0);
            long startsOffset = PackedWriter.writeRising(out, starts);
            PostingsWriter.writeTail(out, termCount, documentsWithField, totalTerms, startsOffset);
        }
        out.end(SegmentLayout.Kind.POSTINGS, field);
    }

    private void list(PostingsWalk walk, int count) throws IOException {
        out.putVarint(count);
        if (count > PostingsLayout.BLOCK_DOCUMENTS) {
            skips.clear();
            int blockEnd = 0;
            int before = -1;
            for (int done = 0; done < count; done += PostingsLayout.BLOCK_DOCUMENTS) {
                int held = read(walk, count - done);
                blockEnd =
                        Math.addExact(
                                blockEnd,
                                PostingsBlock.length(documents, frequencies, 0, held, before));
                before = documents[held - 1];
                skips.add(before);
                skips.add(blockEnd);
                inputs.pulse().run();
            }
            for (int i = 0; i < skips.size(); i++) {
                out.putInt(skips.get(i));
            }
            walk.rewind();
        }
        int before = -1;
        for (int done = 0; done < count; done += PostingsLayout.BLOCK_DOCUMENTS) {
            int held = read(walk, count - done);
            for (int i = 0; i < held; i++) {
                totalTerms += frequencies[i];
            }
            block.write(documents, frequencies, 0, held, before);
            before = documents[held - 1];
        }
    }

    /// Fills the next block.
    private int read(PostingsWalk walk, int left) {
        int held = Math.min(left, PostingsLayout.BLOCK_DOCUMENTS);
        for (int i = 0; i < held; i++) {
            walk.next();
            documents[i] = walk.document();
            frequencies[i] = walk.frequency();
        }
        return held;
    }

    void writeNorms(int field) throws IOException {
        out.begin();
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            MappedPostings of = postings.get(walk.input());
            if (of != null) {
                of.copyNorms(walk.from(), walk.to(), out);
            } else {
                for (int document = walk.from(); document < walk.to(); document++) {
                    out.putByte(0);
                }
            }
        }
        out.end(SegmentLayout.Kind.NORMS, field);
    }
}
