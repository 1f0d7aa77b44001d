package io.millrace.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/// The media data set as a file: written once from a seed, then mapped by both sides.
///
/// Records come in slices of [#SLICE_RECORDS], each slice mapped on its own, so that the file may
/// be larger than 2 GiB. A slice is the unit that an indexing thread takes.
final class MediaFile {
    static final int SLICE_RECORDS = 10_000;
    private static final int RECORD_BYTES_MAX = 4_096;
    private static final int USERS = 500_000;
    static final int TAGS = 50_000;
    static final double TAGS_EXPONENT = 1.05;
    static final int WORDS = 60_000;
    static final double WORDS_EXPONENT = 1.0;
    private static final long FIRST_TIMESTAMP_SECONDS = 1_600_000_000L;

    private final Path file;
    private final long[] sliceOffsets;

    private MediaFile(Path file, long[] sliceOffsets) {
        this.file = file;
        this.sliceOffsets = sliceOffsets;
    }

    /// The file for this seed and size below `folder`, generated when it is not there yet.
    static MediaFile of(Path folder, long seed, int documents) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("media-" + seed + "-" + documents + ".bin");
        Path offsets = folder.resolve("media-" + seed + "-" + documents + ".slices");
        if (!Files.exists(offsets)) {
            generate(file, offsets, seed, documents);
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(offsets));
        long[] sliceOffsets = new long[in.remaining() / Long.BYTES];
        in.asLongBuffer().get(sliceOffsets);
        return new MediaFile(file, sliceOffsets);
    }

    int sliceCount() {
        return sliceOffsets.length - 1;
    }

    /// The records of one slice, one after another.
    ByteBuffer slice(int index) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long from = sliceOffsets[index];
            return channel.map(FileChannel.MapMode.READ_ONLY, from, sliceOffsets[index + 1] - from);
        }
    }

    private static void generate(Path file, Path offsetsFile, long seed, int documents)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Zipf tags = new Zipf(TAGS, TAGS_EXPONENT);
        Zipf words = new Zipf(WORDS, WORDS_EXPONENT);
        String[] vocabulary = vocabulary(random);
        int slices = Math.ceilDiv(documents, SLICE_RECORDS);
        long[] offsets = new long[slices + 1];
        ByteBuffer buffer = ByteBuffer.allocateDirect(SLICE_RECORDS * RECORD_BYTES_MAX);
        MediaRecord media = new MediaRecord();
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (FileChannel out =
                FileChannel.open(
                        partial,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int slice = 0; slice < slices; slice++) {
                offsets[slice] = out.position();
                buffer.clear();
                int end = Math.min(documents, (slice + 1) * SLICE_RECORDS);
                for (int id = slice * SLICE_RECORDS; id < end; id++) {
                    fill(media, id, random, tags, words, vocabulary);
                    media.write(buffer);
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            }
            offsets[slices] = out.position();
        }
        Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        ByteBuffer offsetBytes = ByteBuffer.allocate(offsets.length * Long.BYTES);
        offsetBytes.asLongBuffer().put(offsets);
        Files.write(offsetsFile, offsetBytes.array());
    }

    private static void fill(
            MediaRecord media,
            long id,
            SplittableRandom random,
            Zipf tags,
            Zipf words,
            String[] vocabulary) {
        double u = random.nextDouble();
        media.id = id;
        media.user = random.nextInt(USERS);
        media.nsfw = 1 + (int) (5 * u * u);
        u = random.nextDouble();
        media.type = (int) (4 * u * u * u);
        media.tagCount = 0;
        int wanted = random.nextInt(4, 17);
        while (media.tagCount < wanted) {
            addDistinct(media, tags.draw(random));
        }
        u = random.nextDouble();
        media.reactions = (long) Math.min(2e9, Math.floor(Math.pow(1 - u, -0.8) - 1));
        media.timestampSeconds = FIRST_TIMESTAMP_SECONDS + 3 * id + random.nextInt(1_000);
        StringBuilder title = new StringBuilder();
        for (int i = random.nextInt(6, 16); i > 0; i--) {
            title.append(title.isEmpty() ? "" : " ").append(vocabulary[words.draw(random)]);
        }
        media.title = title.toString();
        media.encodeJson();
    }

    private static void addDistinct(MediaRecord media, int tag) {
        for (int i = 0; i < media.tagCount; i++) {
            if (media.tags[i] == tag) {
                return;
            }
        }
        media.tags[media.tagCount++] = tag;
    }

    /// The words of titles, most frequent first, from a generator that nothing was drawn from.
    static String[] vocabulary(SplittableRandom random) {
        String[] vocabulary = new String[WORDS];
        for (int i = 0; i < WORDS; i++) {
            char[] word = new char[random.nextInt(3, 8)];
            for (int at = 0; at < word.length; at++) {
                word[at] = (char) ('a' + random.nextInt(26));
            }
            vocabulary[i] = new String(word);
        }
        return vocabulary;
    }

    /// Draws ranks from 0 with probability proportional to 1 / (rank + 1)^exponent.
    static final class Zipf {
        private final double[] cumulative;

        Zipf(int count, double exponent) {
            cumulative = new double[count];
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += Math.pow(i + 1, -exponent);
                cumulative[i] = sum;
            }
        }

        int draw(SplittableRandom random) {
            double target = random.nextDouble() * cumulative[cumulative.length - 1];
            int found = java.util.Arrays.binarySearch(cumulative, target);
            return Math.min(found < 0 ? -found - 1 : found, cumulative.length - 1);
        }
    }
}
