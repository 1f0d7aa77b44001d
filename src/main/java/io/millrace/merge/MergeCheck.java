package io.millrace.merge;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.List;
import java.util.SplittableRandom;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Compares the output of a merge, opened anew, with its inputs: a document that got lost on the
/// way would be missed by nobody else.
///
/// Counted are the documents, and those with each field. Compared whole, key for key and byte for
/// byte, are the ends of every input and a sample of what lies between: one document, at a random
/// place, of every [#SAMPLE_BYTES]. The places come from the name of the output, so that a check
/// that failed can be done again.
final class MergeCheck {
    /// Comparing a document decompresses two blocks. One in a hundred blocks keeps that below a
    /// hundredth of the merge.
    private static final long SAMPLE_BYTES = 100L * (16 << 10);

    private final SegmentReader output;
    private final List<MergeInput> inputs;
    private final DocumentMap documents;
    private final SplittableRandom places;

    private MergeCheck(SegmentReader output, List<MergeInput> inputs, DocumentMap documents) {
        this.output = output;
        this.inputs = inputs;
        this.documents = documents;
        this.places = new SplittableRandom(output.meta().id().ulid().hashCode());
    }

    /// @throws MillraceException.Corrupt when the output is not what the inputs are
    static void check(
            SegmentReader output,
            List<MergeInput> inputs,
            DocumentMap documents,
            MergeControl control) {
        MergeCheck check = new MergeCheck(output, inputs, documents);
        long live = 0;
        for (int i = 0; i < inputs.size(); i++) {
            check.edges(i);
            check.sample(i, control);
            live += inputs.get(i).liveCount();
        }
        check.equal("documents", live, output.documentCount());
        for (Field field : output.schema().fields()) {
            check.present(field.path());
        }
    }

    private void sample(int input, MergeControl control) {
        MergeInput from = inputs.get(input);
        int count = from.reader().documentCount();
        long strata = from.reader().meta().lengthBytes() / SAMPLE_BYTES;
        for (long stratum = 0; stratum < strata; stratum++) {
            control.checkCancelled();
            long first = stratum * count / strata;
            long end = (stratum + 1) * count / strata;
            int document = (int) (first == end ? end : places.nextLong(first, end));
            while (document < end && documents.target(input, document) < 0) {
                document++;
            }
            if (document < end) {
                same(input, document);
            }
        }
    }

    /// The first and the last live document of an input.
    private void edges(int input) {
        MergeInput from = inputs.get(input);
        int count = from.reader().documentCount();
        int first = 0;
        while (first < count && documents.target(input, first) < 0) {
            first++;
        }
        int last = count - 1;
        while (last > first && documents.target(input, last) < 0) {
            last--;
        }
        if (first < count) {
            same(input, first);
            same(input, last);
        }
    }

    private void same(int input, int document) {
        SegmentReader reader = inputs.get(input).reader();
        int target = documents.target(input, document);
        if (!output.key(target).equals(reader.key(document))
                || output.find(reader.key(document)) != target
                || output.seq(target) != reader.seq(document)
                || !output.document(target).equals(reader.document(document))) {
            throw new MillraceException.Corrupt(
                    "merge into %s: document %d of segment %s is not document %d of the output"
                            .formatted(output.meta().id(), document, reader.meta().id(), target));
        }
    }

    /// As many documents have the field as before.
    private void present(String path) {
        long before = 0;
        for (MergeInput input : inputs) {
            TermsReader terms = input.reader().terms(path);
            if (terms != null) {
                before +=
                        ImmutableRoaringBitmap.andNotCardinality(terms.present(), input.deleted());
            }
        }
        TermsReader terms = output.terms(path);
        equal(
                "documents with field " + path,
                before,
                terms == null ? 0 : terms.present().getCardinality());
    }

    private void equal(String what, long before, long after) {
        if (before != after) {
            throw new MillraceException.Corrupt(
                    "merge into %s: %d %s, expected %d"
                            .formatted(output.meta().id(), after, what, before));
        }
    }
}
