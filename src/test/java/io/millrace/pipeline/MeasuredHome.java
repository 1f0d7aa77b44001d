package io.millrace.pipeline;

import io.millrace.catalog.IndexDefinition;
import io.millrace.index.Index;
import io.millrace.source.ChangeSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A home whose file store has as much room as it is told.
record MeasuredHome(IndexHome home, AtomicLong usable) implements IndexHome {
    @Override
    public long usableBytes() {
        return usable.get();
    }

    @Override
    public boolean exists(String name) {
        return home.exists(name);
    }

    @Override
    public Index create(IndexDefinition definition, ChangeSource.Start start) {
        return home.create(definition, start);
    }

    @Override
    public Index open(String name) {
        return home.open(name);
    }

    @Override
    public IndexHome ofIncarnation(String incarnation) {
        return new MeasuredHome(home.ofIncarnation(incarnation), usable);
    }

    @Override
    public String newIncarnation() {
        return home.newIncarnation();
    }

    @Override
    public Optional<String> current(String name) {
        return home.current(name);
    }

    @Override
    public void makeCurrent(String name, String incarnation) {
        home.makeCurrent(name, incarnation);
    }

    @Override
    public List<String> incarnations(String name) {
        return home.incarnations(name);
    }

    @Override
    public void deleteIncarnation(String name, String incarnation) {
        home.deleteIncarnation(name, incarnation);
    }

    @Override
    public void delete(String name) {
        home.delete(name);
    }
}
