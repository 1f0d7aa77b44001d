package io.millrace.search;

import io.millrace.segment.PostingsReader;
import java.util.Arrays;
import java.util.List;

/// The documents of a few terms as if they were one term, whose frequency is the sum of theirs.
/// Confined to one search.
final class JointCursor implements PostingsReader.Cursor {
    private final List<PostingsReader.Cursor> cursors;

    /// Where each stands; -1 before its first document.
    private final int[] documents;

    private int document = -1;

    JointCursor(List<PostingsReader.Cursor> cursors) {
        this.cursors = List.copyOf(cursors);
        documents = new int[cursors.size()];
        Arrays.fill(documents, -1);
    }

    @Override
    public int next() {
        return document == DONE ? DONE : advance(document + 1);
    }

    @Override
    public int advance(int target) {
        int least = DONE;
        for (int i = 0; i < documents.length; i++) {
            if (documents[i] < target) {
                documents[i] = cursors.get(i).advance(target);
            }
            least = Math.min(least, documents[i]);
        }
        document = least;
        return least;
    }

    @Override
    public int frequency() {
        int sum = 0;
        for (int i = 0; i < documents.length; i++) {
            sum += documents[i] == document ? cursors.get(i).frequency() : 0;
        }
        return sum;
    }
}
