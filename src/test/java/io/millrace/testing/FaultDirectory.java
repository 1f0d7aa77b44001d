package io.millrace.testing;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.DirectoryLock;
import io.millrace.directory.DurabilityLost;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import io.millrace.directory.MappedFile;
import io.millrace.directory.StoreFull;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/// A folder in memory that forgets what was not forced, and fails when it is told to.
///
/// - A file has what a running process sees and what a power loss cannot take. Bytes become safe by
///   a force of the file, entries (create, link, delete) by a force of the folder.
/// - [#afterPowerLoss] is the folder as a machine finds it that comes up again: of every file's
///   unforced bytes nothing, a part, all, or zeros; of every name's unforced changes any one state
///   it went through; each chosen by itself.
/// - Every call has a number, from 1. A fault strikes at one number.
///
/// Guarded by itself.
@NullMarked
public final class FaultDirectory implements Directory {

    /// What happens at the chosen call.
    public enum Fault {
        /// An error of the device. A force that fails this way is [DurabilityLost], as in life.
        DEVICE_ERROR,
        /// No room. Only calls that need room can fail this way.
        FULL,
        /// The power goes: this call and all later ones do nothing and fail.
        POWER_LOSS
    }

    private static final class Node {
        byte[] bytes = new byte[0];
        int forcedLength;
    }

    /// Names with what they stand for now; null when deleted.
    private final Map<String, @Nullable Node> entries = new TreeMap<>();

    /// For each name changed since the last force: the states it went through, oldest (the forced
    /// one) first.
    private final Map<String, List<@Nullable Node>> unforcedEntries = new TreeMap<>();

    private final List<String> calls = new ArrayList<>();
    private long faultAt = Long.MAX_VALUE;
    private Fault fault = Fault.DEVICE_ERROR;
    private boolean struck;
    private boolean powerless;
    private boolean locked;
    private int openMaps;
    private int openFiles;
    private volatile Consumer<String> probe = _ -> {};

    /// Lets the call with this number, counted from now on, fail.
    public synchronized void strikeAt(long call, Fault kind) {
        faultAt = calls.size() + call;
        fault = kind;
        struck = false;
    }

    /// True when the fault that was asked for happened.
    public synchronized boolean struck() {
        return struck;
    }

    /// Is shown every call before it happens, on the calling thread; it may block.
    public void probe(Consumer<String> watcher) {
        probe = watcher;
    }

    public synchronized int callCount() {
        return calls.size();
    }

    /// The calls so far, for messages.
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    public synchronized int openMaps() {
        return openMaps;
    }

    /// Inputs and outputs that nobody closed.
    public synchronized int openFiles() {
        return openFiles;
    }

    /// Changes one byte of a file, as a failing disk does.
    public synchronized void damage(String name, int offset) throws IOException {
        Node node = existing(name);
        node.bytes = node.bytes.clone();
        node.bytes[offset] ^= 0x10;
    }

    public synchronized int length(String name) throws IOException {
        return existing(name).bytes.length;
    }

    /// Writes and forces a file, name included, without counting calls.
    public synchronized void plant(String name, byte[] bytes) {
        Node node = new Node();
        node.bytes = bytes.clone();
        node.forcedLength = bytes.length;
        entries.put(name, node);
        unforcedEntries.remove(name);
    }

    public synchronized FaultDirectory afterPowerLoss(RandomGenerator random) {
        FaultDirectory after = new FaultDirectory();
        java.util.IdentityHashMap<Node, Node> kept = new java.util.IdentityHashMap<>();
        Map<String, @Nullable Node> durable = new TreeMap<>(entries);
        unforcedEntries.forEach(
                (name, states) -> durable.put(name, states.get(random.nextInt(states.size()))));
        durable.forEach((name, node) -> {
            if (node != null) {
                after.entries.put(name, kept.computeIfAbsent(node, lost -> keep(lost, random)));
            }
        });
        return after;
    }

    private static Node keep(Node node, RandomGenerator random) {
        int forced = node.forcedLength;
        int length = node.bytes.length;
        Node kept = new Node();
        kept.bytes =
                switch (random.nextInt(4)) {
                    case 0 -> Arrays.copyOf(node.bytes, forced);
                    case 1 -> Arrays.copyOf(node.bytes, random.nextInt(forced, length + 1));
                    case 2 -> Arrays.copyOf(Arrays.copyOf(node.bytes, forced), length);
                    default -> node.bytes.clone();
                };
        kept.forcedLength = kept.bytes.length;
        return kept;
    }

    @Override
    public FileOutput create(String name) throws IOException {
        call("create " + name, Need.ROOM);
        synchronized (this) {
            if (entries.get(name) != null) {
                throw new FileAlreadyExistsException(name);
            }
            Node node = new Node();
            change(name, node);
            openFiles++;
            return new Output(name, node);
        }
    }

    @Override
    public FileInput open(String name) throws IOException {
        call("open " + name, Need.NOTHING);
        synchronized (this) {
            Input input = new Input(name, existing(name));
            openFiles++;
            return input;
        }
    }

    @Override
    public MappedFile map(String name) throws IOException {
        call("map " + name, Need.NOTHING);
        synchronized (this) {
            byte[] bytes = existing(name).bytes;
            Arena arena = Arena.ofShared();
            MemorySegment memory = arena.allocate(bytes.length, Long.BYTES);
            memory.copyFrom(MemorySegment.ofArray(bytes));
            openMaps++;
            return new Mapping(arena, memory.asReadOnly());
        }
    }

    @Override
    public void link(String link, String existing) throws IOException {
        call("link " + link, Need.ROOM);
        synchronized (this) {
            if (entries.get(link) != null) {
                throw new FileAlreadyExistsException(link);
            }
            change(link, existing(existing));
        }
    }

    @Override
    public void delete(String name) throws IOException {
        call("delete " + name, Need.NOTHING);
        synchronized (this) {
            existing(name);
            change(name, null);
        }
    }

    @Override
    public List<String> list() throws IOException {
        call("list", Need.NOTHING);
        synchronized (this) {
            return entries.entrySet().stream()
                    .filter(entry -> entry.getValue() != null)
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /// One folder is the unit of this simulation.
    @Override
    public List<String> folders() {
        return List.of();
    }

    @Override
    public Directory folder(String name) {
        throw new UnsupportedOperationException("folder " + name);
    }

    @Override
    public void force() throws IOException {
        call("force folder", Need.DURABILITY);
        synchronized (this) {
            unforcedEntries.clear();
        }
    }

    @Override
    public void force(String name) throws IOException {
        call("force again " + name, Need.DURABILITY);
        synchronized (this) {
            Node node = existing(name);
            node.forcedLength = node.bytes.length;
        }
    }

    @Override
    public DirectoryLock lock() throws IOException {
        call("lock", Need.NOTHING);
        synchronized (this) {
            if (locked) {
                throw new MillraceException.Fenced("folder in memory is locked");
            }
            locked = true;
            return () -> {
                synchronized (this) {
                    locked = false;
                }
            };
        }
    }

    @Override
    public long usableBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public String describe() {
        return "folder in memory";
    }

    private enum Need {
        NOTHING,
        ROOM,
        DURABILITY
    }

    private void call(String what, Need need) throws IOException {
        probe.accept(what);
        synchronized (this) {
            calls.add(what);
            if (powerless) {
                throw new IOException("no power: " + what);
            }
            if (calls.size() != faultAt) {
                return;
            }
            switch (fault) {
                case DEVICE_ERROR -> {
                    struck = true;
                    if (need == Need.DURABILITY) {
                        throw new DurabilityLost("injected at " + what, null);
                    }
                    throw new IOException("injected at " + what);
                }
                case FULL -> {
                    if (need == Need.ROOM) {
                        struck = true;
                        throw new StoreFull("injected at " + what, new IOException("full"));
                    }
                }
                case POWER_LOSS -> {
                    struck = true;
                    powerless = true;
                    throw new IOException("power lost at " + what);
                }
            }
        }
    }

    private Node existing(String name) throws NoSuchFileException {
        Node node = entries.get(name);
        if (node == null) {
            throw new NoSuchFileException(name);
        }
        return node;
    }

    private void change(String name, @Nullable Node next) {
        List<@Nullable Node> states =
                unforcedEntries.computeIfAbsent(
                        name, _ -> new ArrayList<>(Arrays.asList(entries.get(name))));
        states.add(next);
        entries.put(name, next);
    }

    private final class Output implements FileOutput {
        private final String name;
        private final Node node;
        private boolean open = true;

        Output(String name, Node node) {
            this.name = name;
            this.node = node;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            call("write " + name, Need.ROOM);
            synchronized (FaultDirectory.this) {
                byte[] longer = Arrays.copyOf(node.bytes, node.bytes.length + bytes.remaining());
                bytes.get(longer, node.bytes.length, bytes.remaining());
                node.bytes = longer;
            }
        }

        @Override
        public long length() {
            synchronized (FaultDirectory.this) {
                return node.bytes.length;
            }
        }

        @Override
        public void force() throws IOException {
            call("force " + name, Need.DURABILITY);
            synchronized (FaultDirectory.this) {
                node.forcedLength = node.bytes.length;
            }
        }

        @Override
        public void close() {
            synchronized (FaultDirectory.this) {
                openFiles -= open ? 1 : 0;
                open = false;
            }
        }
    }

    private final class Input implements FileInput {
        private final String name;
        private final Node node;
        private boolean open = true;

        Input(String name, Node node) {
            this.name = name;
            this.node = node;
        }

        @Override
        public long length() {
            synchronized (FaultDirectory.this) {
                return node.bytes.length;
            }
        }

        @Override
        public void readFully(long position, ByteBuffer into) throws IOException {
            call("read " + name, Need.NOTHING);
            synchronized (FaultDirectory.this) {
                if (position + into.remaining() > node.bytes.length) {
                    throw new EOFException(name + " ends at " + node.bytes.length);
                }
                into.put(node.bytes, Math.toIntExact(position), into.remaining());
            }
        }

        @Override
        public void close() {
            synchronized (FaultDirectory.this) {
                openFiles -= open ? 1 : 0;
                open = false;
            }
        }
    }

    private final class Mapping implements MappedFile {
        private final Arena arena;
        private final MemorySegment memory;

        Mapping(Arena arena, MemorySegment memory) {
            this.arena = arena;
            this.memory = memory;
        }

        @Override
        public MemorySegment memory() {
            return memory;
        }

        @Override
        public void close() {
            arena.close();
            synchronized (FaultDirectory.this) {
                openMaps--;
            }
        }
    }
}
