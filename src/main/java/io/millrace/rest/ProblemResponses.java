package io.millrace.rest;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/// Says in the OpenAPI document how each operation may fail, by what it takes: the rules of
/// [ProblemMappers] hold for all of them, so no resource repeats them. What only some may answer,
/// such as a conflict, the operation names itself.
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ProblemResponses implements OASFilter {
    private enum Failure {
        MALFORMED(400, "Malformed", "the request breaks a rule; pointer names the place"),
        NOT_FOUND(404, "NotFound", "there is no such index, source or document"),
        CONFLICT(409, "Conflict", "what exists forbids it; detail names the member"),
        TIMEOUT(408, "Timeout", "the search took longer than searchTimeout: narrow it"),
        GONE(
                410,
                "Gone",
                "the generation of the cursor cannot be read any more: start again without it"),
        TOO_LARGE(
                413,
                "TooLarge",
                "the body is above 1 MiB (documents: millrace.push.body-bytes-max), or the documents"
                        + " of the answer are above 64 MiB together"),
        UNSUPPORTED_MEDIA_TYPE(
                415, "UnsupportedMediaType", "the Content-Type of the body is not understood"),
        UNAVAILABLE(
                503,
                "Unavailable",
                "not now: no generation yet, or it could not be stored; with Retry-After when trying"
                        + " again can help");

        final String code;
        final String component;
        final String description;

        Failure(int code, String component, String description) {
            this.code = Integer.toString(code);
            this.component = component;
            this.description = description;
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI api) {
        for (Failure failure : Failure.values()) {
            api.getComponents()
                    .addResponse(
                            failure.component,
                            OASFactory.createAPIResponse()
                                    .description(failure.description)
                                    .content(
                                            OASFactory.createContent()
                                                    .addMediaType(
                                                            Problem.MEDIA_TYPE,
                                                            OASFactory.createMediaType()
                                                                    .schema(
                                                                            OASFactory
                                                                                    .createSchema()
                                                                                    .ref(
                                                                                            "Problem")))));
        }
        api.getPaths()
                .getPathItems()
                .forEach((path, item) ->
                        item.getOperations()
                                .values()
                                .forEach(operation -> {
                                    if (path.contains("{")) {
                                        add(operation, Failure.NOT_FOUND);
                                    }
                                    describe(operation);
                                }));
    }

    private static void describe(Operation operation) {
        List<Parameter> parameters =
                operation.getParameters() == null ? List.of() : operation.getParameters();
        boolean hasBody = operation.getRequestBody() != null;
        if (hasBody || parameters.stream().anyMatch(p -> p.getIn() != Parameter.In.PATH)) {
            add(operation, Failure.MALFORMED);
        }
        if (hasBody) {
            add(operation, Failure.TOO_LARGE);
            add(operation, Failure.UNSUPPORTED_MEDIA_TYPE);
        }
        add(operation, Failure.UNAVAILABLE);
    }

    /// What an operation says itself is left as it is.
    private static void add(Operation operation, Failure failure) {
        APIResponses responses = operation.getResponses();
        if (!responses.hasAPIResponse(failure.code)) {
            responses.addAPIResponse(
                    failure.code, OASFactory.createAPIResponse().ref(failure.component));
        }
    }
}
