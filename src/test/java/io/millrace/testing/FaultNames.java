package io.millrace.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/// The names of a folder of a [FaultDirectory]: what a running process sees, and what of it a power
/// loss cannot take. A force that fails leaves them unforced: names go through the file system's
/// journal, which is either written later or stops the file system, unlike the pages of a file.
/// Guarded by the directory.
@NullMarked
final class FaultNames {
    /// Names with what they stand for now; null when deleted.
    private final Map<String, @Nullable FaultFile> entries = new TreeMap<>();

    /// For each name changed since the last force: the states it went through, oldest (the forced
    /// one) first.
    private final Map<String, List<@Nullable FaultFile>> unforced = new TreeMap<>();

    @Nullable FaultFile get(String name) {
        return entries.get(name);
    }

    List<String> present() {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .map(Map.Entry::getKey)
                .toList();
    }

    void change(String name, @Nullable FaultFile next) {
        unforced.computeIfAbsent(name, _ -> new ArrayList<>(Arrays.asList(entries.get(name))))
                .add(next);
        entries.put(name, next);
    }

    /// Makes a name stand for a file, or for none, with nothing left to lose.
    void settle(String name, @Nullable FaultFile file) {
        entries.put(name, file);
        unforced.remove(name);
    }

    void force() {
        unforced.clear();
    }

    /// The same with copies of the files.
    FaultNames moment(UnaryOperator<FaultFile> files) {
        FaultNames copy = new FaultNames();
        entries.forEach(
                (name, file) -> copy.entries.put(name, file == null ? null : files.apply(file)));
        unforced.forEach((name, states) -> {
            List<@Nullable FaultFile> copies = new ArrayList<>();
            states.forEach(state -> copies.add(state == null ? null : files.apply(state)));
            copy.unforced.put(name, copies);
        });
        return copy;
    }

    /// What a power loss leaves, every name by itself.
    FaultNames afterPowerLoss(RandomGenerator random, UnaryOperator<FaultFile> files) {
        Map<String, @Nullable FaultFile> left = new TreeMap<>(entries);
        unforced.forEach(
                (name, states) -> left.put(name, states.get(random.nextInt(states.size()))));
        FaultNames names = new FaultNames();
        left.forEach((name, file) -> {
            if (file != null) {
                names.entries.put(name, files.apply(file));
            }
        });
        return names;
    }
}
