# Configuration of the Conorm test suite for lit.

import os
import shutil
import subprocess

import lit.formats

config.name = "Conorm"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".pdll", ".c"]
config.excludes = ["Inputs", "Unit", "sanitizers", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.conorm_obj_root, "test")

bin_dir = os.path.join(config.conorm_obj_root, "bin")
lib_dir = os.path.join(config.conorm_obj_root, "lib")
config.environment["PATH"] = os.pathsep.join(
    [bin_dir, config.llvm_tools_dir, os.environ["PATH"]]
)
config.environment["LC_ALL"] = "C.UTF-8"
for name in ("HOME", "CCACHE_DIR", "TMPDIR", "CUDA_VISIBLE_DEVICES"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# Open MPI refuses root and more ranks than cores unless told otherwise; idle
# ranks yield, since there may be fewer cores than ranks.
config.environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
config.environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
config.environment["OMPI_MCA_rmaps_base_oversubscribe"] = "1"
config.environment["OMPI_MCA_mpi_yield_when_idle"] = "1"
config.environment["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none"


def with_flags(compiler):
    return " ".join([compiler, config.sanitizer_flags]).strip()


# Whole words only: conorm-opt must not be replaced inside a path.
for tool in ("opt", "compile", "run", "reduce", "test-opt"):
    config.substitutions.append(
        ("%%conorm_%s" % tool.replace("-", "_"), os.path.join(bin_dir, "conorm-" + tool))
    )
config.substitutions += [
    ("%conorm_bench_compile", os.path.join(bin_dir, "conorm-bench-compile")),
    ("%mlir_opt", os.path.join(config.llvm_tools_dir, "mlir-opt")),
    ("%plugin", os.path.join(lib_dir, "ConormPlugin" + config.shlibext)),
    ("%cmake", config.cmake),
    ("%python", config.python),
    ("%cxx", with_flags(config.cxx)),
    ("%cc", with_flags(config.cc)),
    ("%plain_cxx", config.cxx),
    ("%plain_cc", config.cc),
    ("%mpirun", config.mpirun),
    ("%mlir_dir", config.mlir_dir),
    ("%llvm_tools", config.llvm_tools_dir),
    ("%sanitizer_flags", config.sanitizer_flags),
    ("%src_root", config.conorm_src_root),
    ("%build_root", config.conorm_obj_root),
    ("%shlibext", config.shlibext),
]

if config.mpirun and "NOTFOUND" not in config.mpirun:
    config.available_features.add("mpirun")
if config.have_mpi and "mpirun" in config.available_features:
    config.available_features.add("mpi")
# The backend is built where there is a CUDA compiler; it runs where there is a
# GPU.
if config.have_cuda:
    config.available_features.add("cuda-backend")
    if os.path.exists("/dev/nvidiactl"):
        config.available_features.add("cuda")
# The parser of StableHLO that jaxlib brings: CONORM_JAX_PYTHON names the
# interpreter that has it, if it is another.
jax_python = os.environ.get("CONORM_JAX_PYTHON", config.python)
config.substitutions.append(("%jax_python", jax_python))
if not subprocess.call([jax_python, "-c", "import jaxlib.mlir"], stderr=subprocess.DEVNULL):
    config.available_features.add("jax")
# Where conorm-compile finds it.
if shutil.which("ptxas") or os.path.exists("/usr/local/cuda/bin/ptxas"):
    config.available_features.add("ptxas")
if shutil.which("pkg-config"):
    config.available_features.add("pkg-config")
if shutil.which("spin"):
    config.available_features.add("spin")
for feature, sanitizer in (
    ("asan", "address"),
    ("ubsan", "undefined"),
    ("tsan", "thread"),
):
    if sanitizer in config.sanitizers:
        config.available_features.add(feature)

suppressions = os.path.join(config.test_source_root, "sanitizers")
if "asan" in config.available_features:
    # LLVM's bump allocators poison by hand what they have not handed out, in
    # code that is inlined. The packaged libMLIR has it without, so that it hands
    # out of a slab that our code began what nobody unpoisons.
    config.environment["ASAN_OPTIONS"] = (
        "detect_leaks=1:strict_string_checks=1:allow_user_poisoning=0"
    )
    config.environment["LSAN_OPTIONS"] = (
        "print_suppressions=0:suppressions=" + os.path.join(suppressions, "lsan.supp")
    )
    config.environment["UBSAN_OPTIONS"] = "print_stacktrace=1"
if "tsan" in config.available_features:
    config.environment["TSAN_OPTIONS"] = (
        "halt_on_error=1:suppressions=" + os.path.join(suppressions, "tsan.supp")
    )

# Stock mlir-opt is not instrumented: the sanitizers' runtimes must be there
# before the plugin is loaded.
libraries = [
    library
    for feature, library in (
        ("asan", "libasan.so"),
        ("ubsan", "libubsan.so"),
        ("tsan", "libtsan.so"),
    )
    if feature in config.available_features
]
preload = " ".join(
    subprocess.check_output(
        [config.cc, "-print-file-name=" + library], text=True
    ).strip()
    for library in libraries
)
config.substitutions += [
    ("%preload", preload),
    # Stock mlir-opt where it loads the plugin.
    (
        "%stock_opt",
        "env LD_PRELOAD='%s' %s"
        % (preload, os.path.join(config.llvm_tools_dir, "mlir-opt")),
    ),
]

# A hang is a failure with a name. lit can only enforce this with psutil.
supported, _ = lit_config.maxIndividualTestTimeIsSupported
if supported and not lit_config.maxIndividualTestTime:
    lit_config.maxIndividualTestTime = 900
