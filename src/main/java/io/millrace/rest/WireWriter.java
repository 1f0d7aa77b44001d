package io.millrace.rest;

import io.millrace.json.Json;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/// Writes [Wire] records: numbers leave as exact as they came, which a general object mapper would
/// not promise.
@Provider
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public final class WireWriter implements MessageBodyWriter<Wire> {
    @Override
    public boolean isWriteable(
            Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return Wire.class.isAssignableFrom(type);
    }

    @Override
    public void writeTo(
            Wire answer,
            Class<?> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        out.write(Json.bytes(answer.toValue()));
    }
}
