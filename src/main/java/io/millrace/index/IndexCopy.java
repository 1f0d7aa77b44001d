package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.DirectoryLock;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/// Copies of one generation of an index: backups, and incarnations that go on from one.
///
/// A copy is complete when its commit record has its name, which comes last and is forced; one that
/// was cut off holds no generation. Content files are linked where both folders lie on one store:
/// they are never written to again, so a link costs nothing and protects from deletion, not from
/// the store itself.
public final class IndexCopy {

    /// What a copy holds.
    ///
    /// - lengthBytes: of its content files
    public record Summary(
            String index,
            String incarnation,
            long generation,
            int segmentCount,
            long documentCount,
            long lengthBytes,
            String checkpoint) {
        static Summary of(CommitRecord record) {
            long lengthBytes = 0;
            for (CommitRecord.SegmentEntry entry : record.segments()) {
                lengthBytes += entry.meta().lengthBytes();
            }
            for (var file : record.deleteVectors()) {
                lengthBytes += file.lengthBytes();
            }
            return new Summary(
                    record.index(),
                    record.incarnation(),
                    record.generation(),
                    record.segments().size(),
                    record.documentCount(),
                    lengthBytes,
                    record.checkpoint().toString());
        }
    }

    private IndexCopy() {}

    /// Backs up the newest generation of a folder that no process holds.
    ///
    /// @throws MillraceException.Fenced when a process holds it: ask that process
    /// @throws MillraceException.InvalidRequest CONFLICT when the target is not empty
    public static Summary backUp(Directory source, Directory target) {
        try (DirectoryLock _ = source.lock()) {
            OptionalLong newest = CommitFiles.newest(source.list());
            if (newest.isEmpty()) {
                throw MillraceException.InvalidRequest.conflict(
                        "folder %s holds no index to back up".formatted(source.describe()));
            }
            return backUp(
                    new CommitFiles(source).read(newest.getAsLong()).record(), source, target);
        } catch (IOException e) {
            throw unavailable("back up of " + source.describe(), e);
        }
    }

    /// Of a generation whose files stay for as long as this takes.
    ///
    /// The record is that of the generation, apart from what came before it: no older record is
    /// needed, and no rejects.
    static Summary backUp(CommitRecord record, Directory source, Directory target) {
        checkEmpty(target);
        return write(record.alone(), source, record.contentFiles(), target);
    }

    /// Starts a new incarnation in an empty folder at the generation of a backup. Positions go on
    /// from the backup's checkpoint: the source must still have what came after it.
    ///
    /// @throws MillraceException.Corrupt when the backup is not whole
    /// @throws MillraceException.InvalidRequest CONFLICT when the target is not empty
    public static Summary restore(
            Directory backup,
            Directory target,
            String incarnation,
            InstantSource clock,
            RandomGenerator random) {
        CheckReport report = IndexCheck.run(backup, false, _ -> {});
        if (!report.isWhole()) {
            throw new MillraceException.Corrupt(
                    "backup %s is damaged: %s"
                            .formatted(backup.describe(), report.findings().getFirst()));
        }
        checkEmpty(target);
        try {
            CommitRecordLayout.Sealed sealed = new CommitFiles(backup).read(report.generation());
            return goOn(
                    sealed.record(),
                    sealed.crc(),
                    sealed.record().generation() + 1,
                    backup,
                    sealed.record().contentFiles(),
                    target,
                    incarnation,
                    clock,
                    random);
        } catch (IOException e) {
            throw unavailable("restore of " + backup.describe(), e);
        }
    }

    /// A new incarnation whose first generation shows what `record` shows.
    ///
    /// @param generation its number, above every one that the index may have published before
    /// @param adopted the content files that come from the source; the target has the others
    static Summary goOn(
            CommitRecord record,
            int crc,
            long generation,
            Directory source,
            List<String> adopted,
            Directory target,
            String incarnation,
            InstantSource clock,
            RandomGenerator random) {
        return write(
                record.restored(
                        incarnation,
                        generation,
                        crc,
                        new Ulids(clock, random).next(),
                        clock.millis()),
                source,
                adopted,
                target);
    }

    /// Whoever finds the files of a copy that was cut off deletes them with their folder.
    private static Summary write(
            CommitRecord record, Directory source, List<String> adopted, Directory target) {
        try {
            for (String file : adopted) {
                target.adopt(source, file);
            }
            target.force();
            new CommitFiles(target).publishFirst(record);
            return Summary.of(record);
        } catch (IOException e) {
            throw unavailable("copy to " + target.describe(), e);
        }
    }

    static void checkEmpty(Directory target) {
        try {
            if (target.list().stream().anyMatch(name -> IndexFile.parse(name).isPresent())) {
                throw MillraceException.InvalidRequest.conflict(
                        "folder %s is not empty, expected one without files of an index"
                                .formatted(target.describe()));
            }
        } catch (IOException e) {
            throw unavailable("copy to " + target.describe(), e);
        }
    }

    private static MillraceException unavailable(String what, IOException e) {
        return new MillraceException.Unavailable(what + ": " + e.getMessage(), e);
    }
}
