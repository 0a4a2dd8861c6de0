# Builds the sample: docker build -t customer_segmentation . && docker run customer_segmentation
# Your own configuration and data: -v "$PWD":/project
FROM python:3.11-slim

RUN useradd --create-home builder
WORKDIR /project
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt

COPY --chown=builder . .
RUN chown builder /project
USER builder
CMD ["dbt", "build"]
