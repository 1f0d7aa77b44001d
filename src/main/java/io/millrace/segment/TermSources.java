package io.millrace.segment;

/// Where the documents of merged terms come from: inputs, and the ordinals the terms have there.
/// Kept outside the heap, in the order in which terms are added. Confined to one thread.
final class TermSources implements AutoCloseable {
    private final Spool spool = new Spool();

    void add(IntList inputs, IntList ordinals) {
        spool.putVarint(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            spool.putVarint(inputs.get(i));
            spool.putVarint(ordinals.get(i));
        }
    }

    Reader reader() {
        return new Reader();
    }

    @Override
    public void close() {
        spool.close();
    }

    /// Reads term by term from the first on; each from its first source on.
    final class Reader {
        private final Spool.Reader from = spool.reader();
        private int left;
        private int input;
        private int ordinal;

        /// Goes to the next term, before its first source.
        void next() {
            for (; left > 0; left--) {
                from.varint();
                from.varint();
            }
            left = from.varint();
        }

        /// Goes to the next source of the term; false when there is none.
        boolean nextSource() {
            if (left == 0) {
                return false;
            }
            left--;
            input = from.varint();
            ordinal = from.varint();
            return true;
        }

        int input() {
            return input;
        }

        int ordinal() {
            return ordinal;
        }
    }
}
