package io.millrace.pipeline;

import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.smallrye.mutiny.Multi;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One log of changes with many readers: every source it hands out reads all of it. While it is
/// held, a new source has nothing to read. Guarded by itself.
final class ScriptedLog {
    private static final int BATCH = 10;

    private final List<Consumer<ScriptedSource>> written = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private boolean held;
    private boolean endsKnown;

    ScriptedLog upsert(String key, long number) {
        return append(source -> source.upsert(key, number));
    }

    private synchronized ScriptedLog append(Consumer<ScriptedSource> change) {
        written.add(change);
        readers.forEach(Reader::catchUp);
        return this;
    }

    /// Sources that are handed out from here on have nothing to read before [#release].
    synchronized void hold() {
        held = true;
    }

    synchronized void release() {
        held = false;
        readers.forEach(reader -> reader.held = false);
        readers.forEach(Reader::catchUp);
    }

    /// From here on sources know where the log ends.
    synchronized void tellEnds() {
        endsKnown = true;
    }

    synchronized ChangeSource source() {
        Reader reader = new Reader(held);
        readers.add(reader);
        reader.catchUp();
        return reader;
    }

    private final class Reader implements ChangeSource {
        private final ScriptedSource source = new ScriptedSource(BATCH);
        private boolean held;
        private int next;

        Reader(boolean held) {
            this.held = held;
        }

        void catchUp() {
            while (!held && next < written.size()) {
                written.get(next++).accept(source);
            }
        }

        @Override
        public Start start() {
            return source.start();
        }

        @Override
        public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
            return source.changes(identity, from);
        }

        @Override
        public void acknowledge(Checkpoint committed) {
            source.acknowledge(committed);
        }

        @Override
        public SourceStatus status() {
            SourceStatus told = source.status();
            synchronized (ScriptedLog.this) {
                return endsKnown
                        ? new SourceStatus(told.state(), source.end(), told.detail())
                        : told;
            }
        }

        @Override
        public void close() {
            source.close();
            synchronized (ScriptedLog.this) {
                readers.remove(this);
            }
        }
    }
}
