# zai-image in a container: `docker run IMAGE` serves the embedded server, `docker run IMAGE conform URL` judges a server.
FROM python:3.13-slim AS build
# The version: a build context has no git.
ARG VERSION=0.0.0
ENV SETUPTOOLS_SCM_PRETEND_VERSION=${VERSION}
WORKDIR /source
COPY . .
RUN python -m venv /opt/zai-image \
    && /opt/zai-image/bin/python -m pip install --no-cache-dir --constraint constraints.txt '.[cli,conformance]'

FROM python:3.13-slim
COPY --from=build /opt/zai-image /opt/zai-image
ENV PATH=/opt/zai-image/bin:$PATH PYTHONUNBUFFERED=1
# Reports are written here: docker run --volume "$PWD:/work" ...
WORKDIR /work
# nobody
USER 65534:65534
EXPOSE 8000
ENTRYPOINT ["zai-image"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
