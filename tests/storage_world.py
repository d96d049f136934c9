"""An S3 on loopback, and no thread left of whoever reads there."""

import asyncio
import gc
import os
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import boto3
from fsspec import asyn
from moto.server import ThreadedMotoServer
from werkzeug.serving import WSGIRequestHandler

BUCKET = "requests"
STORAGES = {"s3fs": "S3FileSystem", "gcsfs.core": "GCSFileSystem", "adlfs": "AzureBlobFileSystem"}
KEYS = {
    "AWS_ACCESS_KEY_ID": "scan",
    "AWS_SECRET_ACCESS_KEY": "scan",
    "AWS_DEFAULT_REGION": "us-west-2",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def stored():
    """An S3 with one bucket, as `(client, environment)`; nothing is logged."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    log, WSGIRequestHandler.log = WSGIRequestHandler.log, lambda *_: None
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name=KEYS["AWS_DEFAULT_REGION"],
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        where = {"LocationConstraint": KEYS["AWS_DEFAULT_REGION"]}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield client, {**KEYS, "AWS_ENDPOINT_URL": url}
        for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            client.delete_object(Bucket=BUCKET, Key=found["Key"])
        client.delete_bucket(Bucket=BUCKET)  # moto keeps it for the next server of this process
        client.close()
    finally:
        server.stop()
        WSGIRequestHandler.log = log


@contextmanager
def environment(variables):
    """These variables, until the block ends."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def no_threads_left():
    """What fsspec and Dask leave running ends with the block.

    A process with threads in it is not copied, and the tests of copies may come after these.
    """
    try:
        yield
    finally:
        # Not imported for this: gcsfs looks at the environment when it is.
        for name, storage in STORAGES.items():
            if (module := sys.modules.get(name)) is not None:
                getattr(module, storage).clear_instance_cache()
        # Connections are closed in the loop, while there is one; adlfs would wait for the end.
        for closing, what in list(weakref.finalize._registry.items()):  # noqa: SLF001
            if what.func is asyn.sync:
                closing()
        gc.collect()
        loop, thread = asyn.loop[0], asyn.iothread[0]
        if loop is not None:
            asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()
            asyn.loop[0] = asyn.iothread[0] = None
        if (dask := sys.modules.get("distributed.utils")) is not None:
            for _, runner in list(dask.LoopRunner._all_loops.values()):  # noqa: SLF001
                if runner is not None:
                    runner.stop()
            dask._offload_executor.shutdown()  # noqa: SLF001
            dask._offload_executor = ThreadPoolExecutor(1, "Dask-Offload")  # noqa: SLF001
