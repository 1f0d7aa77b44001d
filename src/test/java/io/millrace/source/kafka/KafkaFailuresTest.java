package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.millrace.MillraceException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Test;

class KafkaFailuresTest {

    @Test
    void whatKafkaSaysPasses() {
        var refused = new ExecutionException(new SaslAuthenticationException("wrong password"));

        assertInstanceOf(MillraceException.Unavailable.class, KafkaFailures.of("quakes", refused));
    }

    @Test
    void mistakesOfOursAreNotTriedAgainForEver() {
        assertInstanceOf(
                MillraceException.Bug.class,
                KafkaFailures.of("quakes", new NullPointerException("decoder")));
        assertInstanceOf(
                MillraceException.Bug.class,
                KafkaFailures.of("quakes", new OutOfMemoryError("heap")));
    }

    @Test
    void oursStayWhatTheyAre() {
        var ours = new MillraceException.Fenced("topic was recreated");

        assertSame(ours, KafkaFailures.of("quakes", ours));
    }
}
