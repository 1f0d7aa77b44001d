package io.millrace.testing;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.DirectoryLock;
import io.millrace.directory.DurabilityLost;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import io.millrace.directory.MappedFile;
import io.millrace.directory.StoreFull;
import io.millrace.document.Hash64;
import io.millrace.testing.FaultMachine.Need;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/// A folder in memory that forgets what was not forced, and fails when it is told to.
///
/// - A file has what a running process sees and what a power loss cannot take ([FaultFile]). Bytes
///   become safe by a force of the file, entries (create, link, delete) by a force of the folder.
///   Bytes that a failed force should have written are clean afterwards: no later force makes them
///   safe.
/// - [#afterPowerLoss] is the folder as a machine finds it that comes up again: of every file's
///   unforced bytes nothing, a part, any sectors, all, or zeros; of every name's unforced changes
///   any one state it went through; each chosen by itself. [#moment] keeps a folder as it is, so
///   that one run gives the images of every call.
/// - Every call has a number, from 1, counted over the folder and those in it. A fault strikes at
///   one number.
///
/// Guarded by the lock that all folders of one tree share.
@NullMarked
public final class FaultDirectory implements Directory {

    /// What happens at the chosen call.
    public enum Fault {
        /// An error of the device. A force that fails this way is [DurabilityLost], as in life.
        DEVICE_ERROR,
        /// As before, at this call and all later ones.
        DEVICE_GONE,
        /// No room. Only calls that need room can fail this way.
        FULL,
        /// No file can be opened or created.
        NO_DESCRIPTORS,
        /// The file system has been mounted read-only.
        READ_ONLY,
        /// Half of the bytes are written before the device fails.
        SHORT_WRITE,
        /// The power goes: this call and all later ones do nothing and fail.
        POWER_LOSS
    }

    private final FaultMachine machine;
    private final String path;
    private final FaultNames names;

    /// A folder's name is durable when [#folder] returns: [#unforcedFolder] is the one whose
    /// creation is under way.
    private final Map<String, FaultDirectory> folders = new TreeMap<>();

    private @Nullable String unforcedFolder;

    /// Folders that were removed, until that is durable: a power loss may bring them back.
    private final Map<String, FaultDirectory> removedFolders = new TreeMap<>();

    private boolean locked;

    public FaultDirectory() {
        this(new FaultMachine(), "folder in memory", new FaultNames());
    }

    private FaultDirectory(FaultMachine machine, String path, FaultNames names) {
        this.machine = machine;
        this.path = path;
        this.names = names;
    }

    /// Lets the call with this number, counted from now on, fail.
    public void strikeAt(long call, Fault kind) {
        machine.strikeAt(call, kind);
    }

    /// True when the fault that was asked for happened.
    public boolean struck() {
        return machine.struck();
    }

    /// Is shown every call before it happens, on the calling thread; it may block.
    public void probe(Consumer<String> watcher) {
        machine.probe(watcher);
    }

    public int callCount() {
        return machine.callCount();
    }

    /// The calls after the first `before`, as of one moment.
    public List<String> callsSince(int before) {
        return machine.callsSince(before);
    }

    public int openMaps() {
        synchronized (machine) {
            return machine.openMaps;
        }
    }

    /// Inputs and outputs that nobody closed.
    public int openFiles() {
        synchronized (machine) {
            return machine.openFiles;
        }
    }

    /// From here on the store takes so many bytes more, deletions not counted, and is full then.
    public void room(long bytes) {
        synchronized (machine) {
            machine.capacityBytes =
                    bytes == Long.MAX_VALUE ? bytes : Math.addExact(machine.writtenBytes, bytes);
        }
    }

    /// Bytes written so far.
    public long writtenBytes() {
        synchronized (machine) {
            return machine.writtenBytes;
        }
    }

    /// Maps are read by the thread that made them only, which is cheaper.
    public FaultDirectory forOneThread() {
        machine.arenas = Arena::ofConfined;
        return this;
    }

    /// Changes one byte of a file, as a failing disk does.
    public void damage(String name, int offset) throws IOException {
        synchronized (machine) {
            existing(name).damage(offset);
        }
    }

    public int length(String name) throws IOException {
        synchronized (machine) {
            return existing(name).length();
        }
    }

    public byte[] content(String name) throws IOException {
        synchronized (machine) {
            return existing(name).content();
        }
    }

    /// Writes and forces a file, name included, without counting calls. Replaces what was there.
    public void plant(String name, byte[] bytes) {
        synchronized (machine) {
            names.settle(name, FaultFile.durable(bytes.clone()));
        }
    }

    /// Takes a file away, durably and without counting calls.
    public void uproot(String name) {
        synchronized (machine) {
            names.settle(name, null);
        }
    }

    /// The folder as it is now, with what is not yet safe, apart from whatever happens later.
    public FaultDirectory moment() {
        synchronized (machine) {
            IdentityHashMap<FaultFile, FaultFile> known = new IdentityHashMap<>();
            return copy(
                    new FaultMachine(),
                    from -> from.moment(file -> known.computeIfAbsent(file, FaultFile::copy)),
                    () -> true);
        }
    }

    public FaultDirectory afterPowerLoss(RandomGenerator random) {
        synchronized (machine) {
            IdentityHashMap<FaultFile, FaultFile> known = new IdentityHashMap<>();
            return copy(
                    new FaultMachine(),
                    from ->
                            from.afterPowerLoss(
                                    random,
                                    file ->
                                            known.computeIfAbsent(
                                                    file, lost -> lost.afterPowerLoss(random))),
                    random::nextBoolean);
        }
    }

    private FaultDirectory copy(
            FaultMachine copied, UnaryOperator<FaultNames> namesOf, BooleanSupplier keepsUnforced) {
        FaultDirectory to = new FaultDirectory(copied, path, namesOf.apply(names));
        folders.forEach((name, folder) -> {
            if (!name.equals(unforcedFolder) || keepsUnforced.getAsBoolean()) {
                to.folders.put(name, folder.copy(copied, namesOf, keepsUnforced));
            }
        });
        removedFolders.forEach((name, folder) -> {
            if (!folders.containsKey(name) && !keepsUnforced.getAsBoolean()) {
                to.folders.put(name, folder.copy(copied, namesOf, keepsUnforced));
            }
        });
        return to;
    }

    /// A sum of all names and bytes: folders with the same one hold the same.
    public long digest() {
        synchronized (machine) {
            long digest = 0;
            for (String name : names.present()) {
                byte[] content = Objects.requireNonNull(names.get(name)).content();
                digest = digest * 31 + mixed(name, Hash64.of(content, 0, content.length));
            }
            for (Map.Entry<String, FaultDirectory> entry : folders.entrySet()) {
                digest = digest * 31 + mixed(entry.getKey(), entry.getValue().digest());
            }
            return digest;
        }
    }

    private static long mixed(String name, long sum) {
        byte[] bytes = (name + '/' + sum).getBytes(StandardCharsets.UTF_8);
        return Hash64.of(bytes, 0, bytes.length);
    }

    @Override
    public FileOutput create(String name) throws IOException {
        call("create " + name, Need.CREATE);
        synchronized (machine) {
            if (names.get(name) != null) {
                throw new FileAlreadyExistsException(name);
            }
            FaultFile file = new FaultFile();
            names.change(name, file);
            return new Output(name, file);
        }
    }

    @Override
    public FileInput open(String name) throws IOException {
        call("open " + name, Need.OPEN);
        synchronized (machine) {
            return new Input(name, existing(name));
        }
    }

    @Override
    public MappedFile map(String name) throws IOException {
        call("map " + name, Need.OPEN);
        synchronized (machine) {
            byte[] bytes = existing(name).content();
            Arena arena = machine.arenas.get();
            MemorySegment memory = arena.allocate(bytes.length, Long.BYTES);
            memory.copyFrom(MemorySegment.ofArray(bytes));
            machine.openMaps++;
            return new Mapping(arena, memory.asReadOnly());
        }
    }

    @Override
    public void link(String link, String existing) throws IOException {
        call("link " + link, Need.NAME);
        synchronized (machine) {
            if (names.get(link) != null) {
                throw new FileAlreadyExistsException(link);
            }
            names.change(link, existing(existing));
        }
    }

    @Override
    public void delete(String name) throws IOException {
        call("delete " + name, Need.LOOK);
        synchronized (machine) {
            existing(name);
            names.change(name, null);
        }
    }

    @Override
    public List<String> list() throws IOException {
        call("list", Need.LOOK);
        synchronized (machine) {
            return names.present();
        }
    }

    @Override
    public List<String> folders() throws IOException {
        call("list folders", Need.LOOK);
        synchronized (machine) {
            return List.copyOf(folders.keySet());
        }
    }

    @Override
    public Directory folder(String name) throws IOException {
        boolean isNew;
        synchronized (machine) {
            isNew = !folders.containsKey(name);
        }
        if (isNew) {
            call("create folder " + name, Need.NAME);
            synchronized (machine) {
                folders.put(name, new FaultDirectory(machine, path + "/" + name, new FaultNames()));
                unforcedFolder = name;
            }
        }
        force();
        synchronized (machine) {
            return Objects.requireNonNull(folders.get(name));
        }
    }

    @Override
    public void deleteFolder(String name) throws IOException {
        call("delete folder " + name, Need.LOOK);
        synchronized (machine) {
            FaultDirectory removed = folders.get(name);
            if (removed == null) {
                throw new NoSuchFileException(name);
            }
            if (!removed.names.present().isEmpty() || !removed.folders.isEmpty()) {
                throw new DirectoryNotEmptyException(name);
            }
            folders.remove(name);
            removedFolders.put(name, removed);
        }
    }

    @Override
    public void force() throws IOException {
        call("force folder", Need.DURABILITY);
        synchronized (machine) {
            names.force();
            unforcedFolder = null;
            removedFolders.clear();
        }
    }

    @Override
    public void force(String name) throws IOException {
        force("force again " + name, existing(name));
    }

    private void force(String what, FaultFile file) throws IOException {
        try {
            call(what, Need.DURABILITY);
        } catch (DurabilityLost e) {
            synchronized (machine) {
                file.loseForce();
            }
            throw e;
        }
        synchronized (machine) {
            file.force();
        }
    }

    @Override
    public DirectoryLock lock() throws IOException {
        call("lock", Need.OPEN);
        synchronized (machine) {
            if (locked) {
                throw new MillraceException.Fenced(path + " is locked");
            }
            locked = true;
            return () -> {
                synchronized (machine) {
                    locked = false;
                }
            };
        }
    }

    @Override
    public long usableBytes() {
        synchronized (machine) {
            return machine.capacityBytes == Long.MAX_VALUE
                    ? Long.MAX_VALUE
                    : machine.capacityBytes - machine.writtenBytes;
        }
    }

    @Override
    public String describe() {
        return path;
    }

    private boolean call(String what, Need need) throws IOException {
        return machine.call(what, need);
    }

    private FaultFile existing(String name) throws NoSuchFileException {
        synchronized (machine) {
            FaultFile file = names.get(name);
            if (file == null) {
                throw new NoSuchFileException(name);
            }
            return file;
        }
    }

    private final class Output extends FaultHandle implements FileOutput {
        Output(String name, FaultFile file) {
            super(FaultDirectory.this.machine, name, file);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            boolean isCut = call("write " + name, Need.WRITE);
            synchronized (machine) {
                int end = bytes.limit();
                long room = Math.max(0, machine.capacityBytes - machine.writtenBytes);
                boolean isFull = bytes.remaining() > room;
                if (isFull) {
                    bytes.limit(bytes.position() + (int) room);
                } else if (isCut) {
                    bytes.limit(bytes.position() + bytes.remaining() / 2);
                }
                machine.writtenBytes += bytes.remaining();
                file.append(bytes);
                bytes.limit(end);
                if (isFull) {
                    throw new StoreFull("no space for " + name, new IOException("full"));
                }
                if (isCut) {
                    throw new IOException("injected in the middle of write " + name);
                }
            }
        }

        @Override
        public void force() throws IOException {
            FaultDirectory.this.force("force " + name, file);
        }
    }

    private final class Input extends FaultHandle implements FileInput {
        Input(String name, FaultFile file) {
            super(FaultDirectory.this.machine, name, file);
        }

        @Override
        public void readFully(long position, ByteBuffer into) throws IOException {
            call("read " + name, Need.LOOK);
            synchronized (machine) {
                if (position + into.remaining() > file.length()) {
                    throw new EOFException(name + " ends at " + file.length());
                }
                file.read(Math.toIntExact(position), into);
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
            synchronized (machine) {
                machine.openMaps--;
            }
        }
    }
}
