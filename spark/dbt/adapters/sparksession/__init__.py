"""dbt-spark's session method, and Python models that run in the same session.

dbt-spark runs Python models on Databricks only. This adapter runs them in the process
of dbt, which is Spark's driver, and gives them DuckDB's interface (see relations).
"""

from dbt.adapters.base import AdapterPlugin
from dbt.adapters.sparksession.adapter import SparkSessionAdapter
from dbt.adapters.sparksession.connections import SparkSessionCredentials
from dbt.include import sparksession

Plugin = AdapterPlugin(
    adapter=SparkSessionAdapter,
    credentials=SparkSessionCredentials,
    include_path=sparksession.PACKAGE_PATH,
    dependencies=["spark"],
)
