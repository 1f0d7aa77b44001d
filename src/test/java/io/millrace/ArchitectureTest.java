package io.millrace;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The rules of the house. A room is a package directly below the root, with what is below it; the
/// root itself is the room `""`, which every room may use and which uses none.
class ArchitectureTest {
    private static final String ROOT = "io.millrace";

    /// Which rooms a room may use. A new arrow needs a page in `src/docs/decisions`.
    private static final Map<String, Set<String>> ARROWS =
            Map.ofEntries(
                    entry("", Set.of()),
                    entry(
                            "rest",
                            Set.of(
                                    "search",
                                    "index",
                                    "pipeline",
                                    "publish",
                                    "catalog",
                                    "source",
                                    "change",
                                    "json",
                                    "document")),
                    entry("publish", Set.of("index", "change", "catalog", "json", "document")),
                    entry(
                            "pipeline",
                            Set.of(
                                    "source",
                                    "assembly",
                                    "catalog",
                                    "change",
                                    "index",
                                    "json",
                                    "document")),
                    entry("catalog", Set.of("source", "directory", "json", "change", "document")),
                    entry("source", Set.of("json", "change", "document")),
                    entry("assembly", Set.of("silo", "change", "document")),
                    entry("search", Set.of("index", "segment", "document")),
                    entry("index", Set.of("merge", "segment", "directory", "change", "document")),
                    entry("merge", Set.of("segment", "directory", "document")),
                    entry("segment", Set.of("directory", "document")),
                    entry("silo", Set.of("directory")),
                    entry("json", Set.of("document")),
                    entry("change", Set.of("document")),
                    entry("document", Set.of()),
                    entry("directory", Set.of()),
                    entry("operator", Set.of()));

    /// Plain blocking Java: no framework, no reactive type.
    private static final Set<String> PLAIN_ROOMS =
            Set.of(
                    "",
                    "document",
                    "change",
                    "index",
                    "merge",
                    "segment",
                    "silo",
                    "directory",
                    "search",
                    "assembly",
                    "catalog",
                    "json");

    private static final List<String> FRAMEWORKS =
            List.of(
                    "io.quarkus.",
                    "io.smallrye.",
                    "io.vertx.",
                    "jakarta.",
                    "org.eclipse.microprofile.");

    /// Where a library is at home: the longest prefix counts. `node` may use every one.
    private static final Map<String, Set<String>> HOMES =
            Map.ofEntries(
                    entry("org.apache.kafka.", Set.of("source.kafka", "publish")),
                    entry("java.sql.", Set.of("source.postgres")),
                    entry("javax.sql.", Set.of("source.postgres")),
                    entry("org.postgresql.", Set.of("source.postgres")),
                    entry("java.lang.foreign.", Set.of("directory", "segment", "silo")),
                    entry("org.roaringbitmap.", Set.of("segment", "merge", "index", "search")),
                    entry("com.github.luben.zstd.", Set.of("segment")),
                    entry("org.apache.lucene.", Set.of()),
                    entry("org.apache.lucene.util.", Set.of("segment", "search")),
                    entry("org.apache.lucene.analysis.", Set.of("segment", "search")),
                    entry("com.fasterxml.jackson.", Set.of("json")),
                    entry("com.fasterxml.jackson.annotation.", Set.of("json", "rest")),
                    entry("io.fabric8.", Set.of("operator")),
                    entry("io.javaoperatorsdk.", Set.of("operator")));

    private static final Set<String> BANNED_NAMES =
            Set.of("util", "common", "helper", "impl", "dto", "service", "model", "internal");

    private static final JavaClasses MAIN = imported("target/classes");

    @Test
    void packagesHaveNoCycles() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + ".(**)")
                .should()
                .beFreeOfCycles()
                .check(MAIN);
    }

    @Test
    void roomsUseOnlyWhatTheTableOfArrowsAllows() {
        var violations = new TreeSet<String>();
        for (var type : MAIN) {
            var room = room(type);
            if (room.equals("node")) {
                continue;
            }
            if (!ARROWS.containsKey(room)) {
                violations.add("room '%s' stands in no table".formatted(room));
                continue;
            }
            for (var dependency : type.getDirectDependenciesFromSelf()) {
                var target = dependency.getTargetClass().getBaseComponentType();
                if (!isOurs(target)) {
                    continue;
                }
                var targetRoom = room(target);
                if (!targetRoom.equals(room)
                        && !targetRoom.isEmpty()
                        && !ARROWS.get(room).contains(targetRoom)) {
                    violations.add(room + " -> " + targetRoom + ": " + dependency.getDescription());
                }
            }
        }
        assertNone(violations);
    }

    @Test
    void theEngineKnowsNoFramework() {
        assertNone(
                uses(
                        type -> PLAIN_ROOMS.contains(room(type)),
                        target -> FRAMEWORKS.stream().anyMatch(target::startsWith)));
    }

    @Test
    void librariesStayAtHome() {
        var violations = new TreeSet<String>();
        for (var type : MAIN) {
            violations.addAll(
                    uses(
                            type::equals,
                            target -> !room(type).equals("node") && !isAtHome(target, type)));
        }
        assertNone(violations);
    }

    @Test
    void packagesAreNamedAfterTheDomain() {
        assertNone(
                packages(MAIN)
                        .filter(name ->
                                List.of(name.split("\\.")).stream()
                                        .anyMatch(BANNED_NAMES::contains))
                        .toList());
    }

    @Test
    void atLeastHalfOfTheTopLevelTypesArePackagePrivate() {
        var types = MAIN.stream().filter(ArchitectureTest::isTopLevel).toList();
        var publicTypes =
                types.stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .toList();
        assertTrue(
                publicTypes.size() * 2 <= types.size(),
                () -> "%d of %d types are public".formatted(publicTypes.size(), types.size()));
    }

    @Test
    void clocksChanceAndWaitingAreHandedIn() {
        assertNone(accesses(MAIN, type -> !room(type).equals("node"), ArchitectureTest::isAmbient));
    }

    @Test
    void testsWaitForConditionsAndNeverSleep() {
        var tests = imported("target/test-classes");
        assertTrue(tests.contain(ArchitectureTest.class));
        assertNone(accesses(tests, type -> true, ArchitectureTest::isSleep));
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() {
        var missing =
                packages(MAIN)
                        .filter(name ->
                                !MAIN.contain(name + ".package-info")
                                        || !MAIN.get(name + ".package-info")
                                                .isAnnotatedWith(NullMarked.class))
                        .toList();
        assertNone(missing);
    }

    private static JavaClasses imported(String folder) {
        var classes = new ClassFileImporter().importPath(Path.of(folder));
        assertTrue(classes.contain(MillraceException.class) || !folder.equals("target/classes"));
        return classes;
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
    }

    private static String room(JavaClass type) {
        var below = below(type);
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }

    /// The package's name without the root's.
    private static String below(JavaClass type) {
        var name = type.getPackageName();
        return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
    }

    private static boolean isTopLevel(JavaClass type) {
        return type.isTopLevelClass() && !type.getSimpleName().equals("package-info");
    }

    private static Stream<String> packages(JavaClasses classes) {
        return classes.stream().map(JavaClass::getPackageName).distinct().sorted();
    }

    private static boolean isAtHome(String target, JavaClass user) {
        return HOMES.keySet().stream()
                .filter(target::startsWith)
                .max((a, b) -> Integer.compare(a.length(), b.length()))
                .map(HOMES::get)
                .map(homes ->
                        homes.stream()
                                .anyMatch(home ->
                                        below(user).equals(home)
                                                || below(user).startsWith(home + ".")))
                .orElse(true);
    }

    private static TreeSet<String> uses(Predicate<JavaClass> user, Predicate<String> used) {
        var found = new TreeSet<String>();
        for (var type : MAIN) {
            if (user.test(type)) {
                type.getDirectDependenciesFromSelf().stream()
                        .filter(dependency ->
                                used.test(
                                        dependency
                                                .getTargetClass()
                                                .getBaseComponentType()
                                                .getName()))
                        .forEach(dependency -> found.add(dependency.getDescription()));
            }
        }
        return found;
    }

    private static List<String> accesses(
            JavaClasses classes, Predicate<JavaClass> user, Predicate<AccessTarget> used) {
        var found = new ArrayList<String>();
        for (var type : classes) {
            if (user.test(type)) {
                // Method references count like calls.
                type.getAccessesFromSelf().stream()
                        .filter(access -> used.test(access.getTarget()))
                        .forEach(access -> found.add(access.getDescription()));
            }
        }
        return found;
    }

    private static boolean isSleep(AccessTarget target) {
        return target.getName().equals("sleep")
                && (target.getOwner().isEquivalentTo(Thread.class)
                        || target.getOwner().isEquivalentTo(TimeUnit.class));
    }

    /// Reads a clock, draws chance or waits without being told by whom.
    private static boolean isAmbient(AccessTarget target) {
        var owner = target.getOwner();
        var name = target.getName();
        boolean withoutArguments = target.getFullName().endsWith("()");
        if (isSleep(target)) {
            return true;
        }
        if (owner.isEquivalentTo(System.class)) {
            return name.equals("currentTimeMillis") || name.equals("nanoTime");
        }
        if (owner.isEquivalentTo(Random.class)) {
            return name.equals("<init>") && withoutArguments;
        }
        if (owner.isEquivalentTo(Clock.class)) {
            return name.startsWith("system");
        }
        if (owner.getPackageName().equals("java.time")) {
            return name.equals("now") && withoutArguments;
        }
        return switch (owner.getName()) {
            case "java.lang.Math" -> name.equals("random");
            case "java.util.UUID" -> name.equals("randomUUID");
            case "java.util.concurrent.ThreadLocalRandom" -> name.equals("current");
            case "java.security.SecureRandom" -> name.equals("<init>");
            default -> false;
        };
    }

    private static void assertNone(Iterable<String> violations) {
        assertEquals("", String.join("\n", violations));
    }
}
