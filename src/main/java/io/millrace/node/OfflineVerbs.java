package io.millrace.node;

import io.millrace.MillraceException;
import io.millrace.catalog.Catalog;
import io.millrace.catalog.DefinitionParser;
import io.millrace.directory.Directory;
import io.millrace.directory.DirectoryLock;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Value;
import io.millrace.index.CheckReport;
import io.millrace.index.IndexCheck;
import io.millrace.index.IndexCopy;
import io.millrace.index.IndexRepair;
import io.millrace.json.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The verbs of the command line. Confined to one thread, used once.
///
/// Exit codes: [#OK], [#DAMAGE], [#USAGE].
final class OfflineVerbs {
    static final int OK = 0;
    static final int DAMAGE = 1;
    static final int USAGE = 2;

    private static final String USAGE_TEXT =
            """
            usage: verify  <folder> [--deep] [--json]      reads an index, or all below a data folder
                   repair  <folder> [--apply] [--json]     says what can go on; --apply does it
                   backup  <folder> <new folder> [--json]  copies the newest generation
                   restore <backup> <data folder> [--json] starts a new incarnation from a backup
            """;
    private static final Set<String> VERBS = Set.of("verify", "repair", "backup", "restore");

    private final PrintStream out;
    private final PrintStream err;
    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");

    OfflineVerbs(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /// True when the process is to do one of these and end.
    static boolean isVerb(String[] arguments) {
        return arguments.length > 0 && VERBS.contains(arguments[0]);
    }

    /// Does what the arguments say and returns the exit code.
    int run(String[] arguments) {
        List<String> paths = new ArrayList<>();
        Set<String> flags = new java.util.TreeSet<>();
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            if (argument.startsWith("--")) {
                flags.add(argument);
            } else {
                paths.add(argument);
            }
        }
        boolean json = flags.remove("--json");
        try {
            return switch (arguments[0]) {
                case "verify" -> {
                    boolean deep = flags.remove("--deep");
                    checkUsage(flags, paths, 1);
                    yield verify(IndexFolders.below(existing(paths.getFirst())), deep, json);
                }
                case "repair" -> {
                    boolean apply = flags.remove("--apply");
                    checkUsage(flags, paths, 1);
                    yield repair(
                            IndexFolders.only(existing(paths.getFirst()), paths.getFirst()),
                            apply,
                            json);
                }
                case "backup" -> {
                    checkUsage(flags, paths, 2);
                    yield backUp(
                            IndexFolders.only(existing(paths.getFirst()), paths.getFirst()),
                            Path.of(paths.getLast()),
                            json);
                }
                case "restore" -> {
                    checkUsage(flags, paths, 2);
                    yield restore(existing(paths.getFirst()), Path.of(paths.getLast()), json);
                }
                default -> throw new UsageException("no verb " + arguments[0]);
            };
        } catch (UsageException e) {
            err.println(e.getMessage());
            err.print(USAGE_TEXT);
            return USAGE;
        } catch (MillraceException.Corrupt e) {
            err.println(e.getMessage());
            return DAMAGE;
        } catch (MillraceException e) {
            err.println(e.getMessage());
            return USAGE;
        } catch (IOException e) {
            err.println("cannot be read: " + e.getMessage());
            return USAGE;
        }
    }

    private int verify(List<Path> folders, boolean deep, boolean json) throws IOException {
        List<CheckReport> reports = new ArrayList<>();
        for (Path folder : folders) {
            Directory directory = MmapDirectory.open(folder);
            CheckReport report = IndexCheck.run(directory, deep, line -> tell(json, "  " + line));
            reports.add(report);
            describe(report, json);
        }
        if (json) {
            print(new Value.Array(reports.stream().<Value>map(CheckReport::toValue).toList()));
        }
        return reports.stream().allMatch(CheckReport::isWhole) ? OK : DAMAGE;
    }

    private void describe(CheckReport report, boolean json) {
        for (CheckReport.Finding finding : report.findings()) {
            tell(json, "damage: " + finding);
        }
        for (CheckReport.Finding loss : report.losses()) {
            tell(json, "rejects lost, nothing else needs them: " + loss);
        }
        for (String orphan : report.orphans()) {
            tell(json, "not needed, goes at the next start: " + orphan);
        }
        tell(
                json,
                "%s: %s, index %s, incarnation %s, generation %d, %d segments, %d documents, read up to %s"
                        .formatted(
                                report.folder(),
                                report.isWhole() ? "whole" : report.findings().size() + " findings",
                                report.index(),
                                report.incarnation(),
                                report.generation(),
                                report.segmentCount(),
                                report.documentCount(),
                                report.checkpoint()));
    }

    private int repair(Path folder, boolean apply, boolean json) throws IOException {
        Directory directory = MmapDirectory.open(folder);
        try (DirectoryLock _ = directory.lock()) {
            IndexRepair repair = new IndexRepair(directory);
            IndexRepair.Plan plan = repair.plan();
            Map<String, Value> answer = new LinkedHashMap<>();
            answer.put("needed", Value.of(plan.isNeeded()));
            answer.put("generation", Value.of(plan.generation()));
            answer.put(
                    "steps", new Value.Array(plan.steps().stream().<Value>map(Value::of).toList()));
            plan.steps().forEach(step -> tell(json, step));
            if (plan.isPossible() && apply) {
                Lives lives = Lives.of(folder);
                String incarnation = newIncarnation();
                IndexCopy.Summary summary =
                        repair.apply(
                                lives.folder(incarnation),
                                incarnation,
                                InstantSource.system(),
                                random);
                Path kept = lives.replace(folder, incarnation);
                tell(json, "done: " + describe(summary));
                tell(json, "the damaged incarnation lies in " + kept);
                answer.put("kept", Value.of(kept.toString()));
                answer.put("incarnation", Value.of(incarnation));
            } else if (plan.isPossible()) {
                tell(json, "nothing was changed; --apply does it");
            }
            if (json) {
                print(new Value.Obj(answer));
            }
            return !plan.isNeeded() || (plan.isPossible() && apply) ? OK : DAMAGE;
        }
    }

    private int backUp(Path folder, Path target, boolean json) throws IOException {
        IndexCopy.Summary summary =
                IndexCopy.backUp(MmapDirectory.open(folder), MmapDirectory.open(target));
        CheckReport report = IndexCheck.run(MmapDirectory.open(target), false, _ -> {});
        describe(report, json);
        answer(summary, target, json);
        return report.isWhole() ? OK : DAMAGE;
    }

    private int restore(Path backup, Path data, boolean json) throws IOException, UsageException {
        Directory source = MmapDirectory.open(backup);
        CheckReport report = IndexCheck.run(source, false, _ -> {});
        if (!report.isWhole()) {
            describe(report, json);
            return DAMAGE;
        }
        Lives lives = Lives.in(data, report.index());
        lives.checkEmpty();
        String incarnation = newIncarnation();
        IndexCopy.Summary summary =
                IndexCopy.restore(
                        source,
                        lives.folder(incarnation),
                        incarnation,
                        InstantSource.system(),
                        random);
        lives.enter(incarnation);
        answer(summary, lives.path().resolve(incarnation), json);
        tell(json, defineAgain(source, data, summary.index()));
        return OK;
    }

    /// The definition of the backup holds, unless the data folder has another one by now.
    private String defineAgain(Directory backup, Path data, String index) throws IOException {
        Optional<Value> definition = BackupFolders.definition(backup);
        if (definition.isEmpty()) {
            return "the backup holds no definition, put that of index %s".formatted(index);
        }
        Catalog catalog =
                Catalog.open(
                        MmapDirectory.open(data),
                        null,
                        new DefinitionParser(new LuceneAnalyzers()),
                        random);
        if (catalog.find(index).isPresent()) {
            return "index %s is defined already, its definition stays".formatted(index);
        }
        try {
            catalog.put(index, definition.get());
            return "index %s is defined as it was".formatted(index);
        } catch (MillraceException.InvalidRequest e) {
            return "the definition of the backup does not hold here, put one of index %s: %s"
                    .formatted(index, e.getMessage());
        }
    }

    private void answer(IndexCopy.Summary summary, Path target, boolean json) {
        tell(json, "%s: %s".formatted(target, describe(summary)));
        if (json) {
            Map<String, Value> answer = new LinkedHashMap<>();
            answer.put("folder", Value.of(target.toString()));
            answer.put("index", Value.of(summary.index()));
            answer.put("incarnation", Value.of(summary.incarnation()));
            answer.put("generation", Value.of(summary.generation()));
            answer.put("segments", Value.of(summary.segmentCount()));
            answer.put("documents", Value.of(summary.documentCount()));
            answer.put("bytes", Value.of(summary.lengthBytes()));
            answer.put("checkpoint", Value.of(summary.checkpoint()));
            print(new Value.Obj(answer));
        }
    }

    private static String describe(IndexCopy.Summary summary) {
        return "index %s, incarnation %s, generation %d, %d segments, %d documents, %d bytes, read up to %s"
                .formatted(
                        summary.index(),
                        summary.incarnation(),
                        summary.generation(),
                        summary.segmentCount(),
                        summary.documentCount(),
                        summary.lengthBytes(),
                        summary.checkpoint());
    }

    private String newIncarnation() {
        return HexFormat.of().toHexDigits(random.nextLong());
    }

    private void tell(boolean json, String line) {
        if (!json) {
            out.println(line);
        }
    }

    private void print(Value value) {
        out.writeBytes(Json.bytes(value));
        out.println();
    }

    private static Path existing(String path) throws UsageException {
        Path folder = Path.of(path);
        if (!Files.isDirectory(folder)) {
            throw new UsageException(path + " is no folder");
        }
        return folder;
    }

    private static void checkUsage(Set<String> flags, List<String> paths, int expected)
            throws UsageException {
        if (!flags.isEmpty() || paths.size() != expected) {
            throw new UsageException(
                    "%d folders%s, expected %d"
                            .formatted(
                                    paths.size(),
                                    flags.isEmpty() ? "" : " and " + flags,
                                    expected));
        }
    }

    /// The command line says something that cannot be done.
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }
}
