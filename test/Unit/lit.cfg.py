# The GoogleTest programs, under the environment of the rest of the suite.

import os

import lit.formats

config.name = "Conorm-Unit"
config.suffixes = []
config.excludes = []
config.test_source_root = os.path.join(config.conorm_obj_root, "unittests")
config.test_exec_root = config.test_source_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
