//===- ManifestBuilder.cpp - The manifest in LLVM IR ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ManifestBuilder.h"

#include "Conversion/ConormToRuntime/RuntimeEnums.h"
#include "Names.h"
#include "conorm-runtime/device.h"
#include "conorm-runtime/module.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace conorm;

//===----------------------------------------------------------------------===//
// Wrappers
//===----------------------------------------------------------------------===//

static std::string getWrapperName(const ManifestEntry &entry, Variant variant) {
  return ("conorm.entry." + getVariantName(variant) + "." +
          escapeName(entry.name))
      .str();
}

/// Argument `index` as the C interface takes it: descriptors by pointer,
/// scalars by value. One byte holds an i1.
static llvm::Value *loadArgument(llvm::IRBuilder<> &builder, llvm::Value *args,
                                 unsigned index, bool isTensor,
                                 llvm::Type *type) {
  llvm::Type *ptr = builder.getPtrTy();
  llvm::Value *slot = builder.CreateConstInBoundsGEP1_32(ptr, args, index);
  llvm::Value *pointer = builder.CreateLoad(ptr, slot);
  if (isTensor)
    return pointer;
  if (!type->isIntegerTy(1))
    return builder.CreateLoad(type, pointer);
  return builder.CreateIsNotNull(
      builder.CreateLoad(builder.getInt8Ty(), pointer));
}

std::string conorm::addEntryWrapper(llvm::Module &module,
                                    const ManifestEntry &entry,
                                    Variant variant) {
  llvm::IRBuilder<> builder(module.getContext());
  llvm::Type *ptr = builder.getPtrTy();
  llvm::Function *target =
      module.getFunction("_mlir_ciface_" + getSymbolName(entry.name));
  assert(target && "entries have a C interface");
  std::string name = getWrapperName(entry, variant);
  auto *wrapper = llvm::Function::Create(
      llvm::FunctionType::get(builder.getVoidTy(), {ptr, ptr, ptr}, false),
      llvm::GlobalValue::ExternalLinkage, name, module);
  builder.SetInsertPoint(
      llvm::BasicBlock::Create(module.getContext(), "", wrapper));

  // Structures of results, and single descriptors, come through a pointer that
  // stands before the context; a single scalar is returned.
  llvm::SmallVector<llvm::Value *> operands;
  if (target->arg_size() == entry.args.size() + 2)
    operands.push_back(wrapper->getArg(2));
  operands.push_back(wrapper->getArg(0));
  for (auto [index, arg] : llvm::enumerate(entry.args))
    operands.push_back(
        loadArgument(builder, wrapper->getArg(1), index, arg.isTensor,
                     target->getArg(operands.size())->getType()));
  llvm::Value *result = builder.CreateCall(target, operands);
  if (!result->getType()->isVoidTy()) {
    if (result->getType()->isIntegerTy(1))
      result = builder.CreateZExt(result, builder.getInt8Ty());
    builder.CreateStore(result, wrapper->getArg(2));
  }
  builder.CreateRetVoid();
  return name;
}

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

namespace {

/// Makes constants laid out as the C structures of module.h.
class ManifestWriter {
public:
  explicit ManifestWriter(llvm::Module &module)
      : module(module), context(module.getContext()) {}

  llvm::Constant *write(const Manifest &manifest,
                        llvm::ArrayRef<Variant> variants);

private:
  /// What a field holds: a number or, if `target` is given, an address.
  struct Field {
    Field(llvm::StringRef name, uint64_t number) : name(name), number(number) {}
    Field(llvm::StringRef name, llvm::Constant *target)
        : name(name), target(target) {}

    llvm::StringRef name;
    uint64_t number = 0;
    llvm::Constant *target = nullptr;
  };

  /// A structure of the C ABI. Fields that are not named hold zeros, but for
  /// the structure's size.
  llvm::Constant *structure(const AbiStruct &description,
                            llvm::ArrayRef<Field> fields);
  llvm::Constant *null() {
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
  }
  llvm::Constant *global(llvm::Constant *value, llvm::StringRef name);
  llvm::Constant *string(llvm::StringRef text);
  llvm::Constant *numbers(llvm::ArrayRef<int64_t> values);
  llvm::Constant *array(llvm::ArrayRef<llvm::Constant *> elements,
                        llvm::StringRef name);
  llvm::Constant *values(llvm::ArrayRef<ManifestValue> values);
  llvm::Constant *bytes(llvm::StringRef data, llvm::StringRef name);
  llvm::Constant *images(const DeviceProgram &program);
  llvm::Constant *kernels(const DeviceProgram &program);
  llvm::Constant *globals(uint64_t &count);
  llvm::Constant *device(const Manifest &manifest);
  void define(llvm::StringRef name, llvm::Constant *value);

  llvm::Module &module;
  llvm::LLVMContext &context;
};

} // namespace

llvm::Constant *ManifestWriter::structure(const AbiStruct &description,
                                          llvm::ArrayRef<Field> fields) {
  llvm::SmallVector<llvm::Constant *> values;
  for (const AbiField &field : description.fields) {
    unsigned bits = field.kind == AbiField::I64 ? 64 : 32;
    llvm::Type *type = llvm::Type::getIntNTy(context, bits);
    if (field.kind == AbiField::Pointer)
      type = llvm::PointerType::get(context, 0);
    values.push_back(llvm::Constant::getNullValue(type));
  }
  auto set = [&](const Field &field) {
    llvm::Constant *&value = values[description.getIndex(field.name)];
    value = field.target ? field.target
            : field.number
                ? llvm::ConstantInt::get(value->getType(), field.number)
                : value;
  };
  set({"struct_size", description.size});
  for (const Field &field : fields)
    set(field);
  return llvm::ConstantStruct::getAnon(context, values);
}

llvm::Constant *ManifestWriter::global(llvm::Constant *value,
                                       llvm::StringRef name) {
  return new llvm::GlobalVariable(module, value->getType(),
                                  /*isConstant=*/true,
                                  llvm::GlobalValue::InternalLinkage, value,
                                  "conorm.manifest." + name);
}

llvm::Constant *ManifestWriter::string(llvm::StringRef text) {
  return global(llvm::ConstantDataArray::getString(context, text), "text");
}

llvm::Constant *ManifestWriter::numbers(llvm::ArrayRef<int64_t> values) {
  if (values.empty())
    return null();
  llvm::SmallVector<uint64_t> bits(values.begin(), values.end());
  return global(llvm::ConstantDataArray::get(context, bits), "numbers");
}

llvm::Constant *ManifestWriter::array(llvm::ArrayRef<llvm::Constant *> elements,
                                      llvm::StringRef name) {
  if (elements.empty())
    return null();
  auto *type =
      llvm::ArrayType::get(elements.front()->getType(), elements.size());
  return global(llvm::ConstantArray::get(type, elements), name);
}

llvm::Constant *ManifestWriter::values(llvm::ArrayRef<ManifestValue> values) {
  llvm::SmallVector<llvm::Constant *> elements;
  for (const ManifestValue &value : values) {
    llvm::SmallVector<int64_t> shape(value.shape.begin(), value.shape.end());
    for (int64_t &size : shape)
      if (mlir::ShapedType::isDynamic(size))
        size = CONORM_DYNAMIC;
    uint32_t kind = value.isTensor ? CONORM_VALUE_TENSOR : CONORM_VALUE_SCALAR;
    elements.push_back(structure(
        getAbiStruct<conorm_value_desc>(),
        {{"kind", kind},
         {"element_type", value.elementType},
         {"flags", value.flags},
         {"rank", shape.size()},
         {"shape", numbers(shape)},
         {"name", value.name.empty() ? null() : string(value.name)}}));
  }
  return array(elements, "values");
}

//===----------------------------------------------------------------------===//
// Device code
//===----------------------------------------------------------------------===//

/// Gives a constant that code has declared its value.
void ManifestWriter::define(llvm::StringRef name, llvm::Constant *value) {
  llvm::GlobalVariable *declared = module.getNamedGlobal(name);
  if (!declared)
    return;
  auto *defined =
      new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                               llvm::GlobalValue::InternalLinkage, value, "");
  declared->replaceAllUsesWith(defined);
  defined->takeName(declared);
  declared->eraseFromParent();
}

llvm::Constant *ManifestWriter::bytes(llvm::StringRef data,
                                      llvm::StringRef name) {
  auto *variable = llvm::cast<llvm::GlobalVariable>(
      global(llvm::ConstantDataArray::getString(context, data,
                                                /*AddNull=*/false),
             name));
  variable->setAlignment(llvm::Align(16));
  return variable;
}

llvm::Constant *ManifestWriter::images(const DeviceProgram &program) {
  llvm::SmallVector<llvm::Constant *> elements;
  for (const DeviceProgram::Image &image : program.images)
    elements.push_back(structure(getAbiStruct<conorm_device_image>(),
                                 {{"kind", image.kind},
                                  {"arch", image.arch},
                                  {"flags", image.flags},
                                  {"data", bytes(image.data, "image")},
                                  {"bytes", image.data.size()}}));
  return array(elements, "images");
}

llvm::Constant *ManifestWriter::kernels(const DeviceProgram &program) {
  llvm::SmallVector<llvm::Constant *> elements;
  llvm::Type *i32 = llvm::Type::getInt32Ty(context);
  for (const DeviceProgram::Kernel &kernel : program.kernels) {
    define((kKernelIndexPrefix + kernel.name).str(),
           llvm::ConstantInt::get(i32, elements.size()));
    elements.push_back(structure(
        getAbiStruct<conorm_device_kernel>(),
        {{"num_params", kernel.numParams}, {"name", string(kernel.name)}}));
  }
  return array(elements, "kernels");
}

/// What code needs on the device besides kernels.
llvm::Constant *ManifestWriter::globals(uint64_t &count) {
  llvm::SmallVector<llvm::Constant *> elements;
  llvm::Type *i32 = llvm::Type::getInt32Ty(context);
  llvm::SmallVector<llvm::GlobalVariable *> all;
  for (llvm::GlobalVariable &data : module.globals())
    if (data.getName().starts_with(kDeviceDataPrefix))
      all.push_back(&data);
  for (llvm::GlobalVariable *data : all) {
    llvm::StringRef name = data->getName().drop_front(kDeviceDataPrefix.size());
    define((kGlobalIndexPrefix + name).str(),
           llvm::ConstantInt::get(i32, elements.size()));
    uint64_t bytes =
        module.getDataLayout().getTypeAllocSize(data->getValueType());
    elements.push_back(structure(getAbiStruct<conorm_device_global>(),
                                 {{"data", data}, {"bytes", bytes}}));
  }
  count = elements.size();
  return array(elements, "globals");
}

llvm::Constant *ManifestWriter::device(const Manifest &manifest) {
  if (!manifest.device)
    return null();
  uint64_t numGlobals = 0;
  llvm::Constant *constants = globals(numGlobals);
  llvm::Constant *program =
      structure(getAbiStruct<conorm_device_program>(),
                {{"backend", toRuntime(manifest.target->getBackend())},
                 {"num_images", manifest.device->images.size()},
                 {"num_kernels", manifest.device->kernels.size()},
                 {"num_globals", numGlobals},
                 {"images", images(*manifest.device)},
                 {"kernels", kernels(*manifest.device)},
                 {"globals", constants}});
  if (module.getNamedGlobal(kDeviceProgramName)) {
    define(kDeviceProgramName, program);
    return module.getNamedGlobal(kDeviceProgramName);
  }
  return global(program, "program");
}

llvm::Constant *ManifestWriter::write(const Manifest &manifest,
                                      llvm::ArrayRef<Variant> variants) {
  llvm::SmallVector<llvm::Constant *> entries, groups;
  for (Variant variant : variants)
    for (const ManifestEntry &entry : manifest.entries)
      entries.push_back(structure(
          getAbiStruct<conorm_entry>(),
          {{"variant", static_cast<uint64_t>(variant)},
           {"name", string(entry.name)},
           {"function", module.getFunction(getWrapperName(entry, variant))},
           {"num_args", entry.args.size()},
           {"num_results", entry.results.size()},
           {"args", values(entry.args)},
           {"results", values(entry.results)}}));
  for (const ManifestGroup &group : manifest.groups)
    groups.push_back(structure(getAbiStruct<conorm_group>(),
                               {{"num_groups", group.numGroups},
                                {"group_size", group.groupSize},
                                {"name", string(group.name)},
                                {"ranks", numbers(group.ranks)}}));
  const auto &features = manifest.processor.features;
  bool isRelaxed = manifest.numerics == Numerics::Relaxed;
  return structure(getAbiStruct<conorm_manifest>(),
                   {{"magic", CONORM_MANIFEST_MAGIC},
                    {"abi_major", CONORM_ABI_VERSION_MAJOR},
                    {"abi_minor", CONORM_ABI_VERSION_MINOR},
                    {"backend", toRuntime(manifest.target->getBackend())},
                    {"producer", string("conorm " CONORM_VERSION)},
                    {"num_entries", entries.size()},
                    {"num_groups", groups.size()},
                    {"entries", array(entries, "entries")},
                    {"groups", array(groups, "groups")},
                    {"processor", string(manifest.processor.name)},
                    {"processor_features",
                     features ? string(llvm::join(*features, ",")) : null()},
                    {"numerics", isRelaxed ? CONORM_NUMERICS_RELAXED
                                           : CONORM_NUMERICS_EXACT},
                    {"device_program", device(manifest)}});
}

void conorm::addManifest(llvm::Module &module, const Manifest &manifest,
                         llvm::ArrayRef<Variant> variants) {
  // LLVM lays these structures out as C does: every field has its natural
  // alignment. What C pads at the end, an array of them would need too.
  llvm::Constant *value = ManifestWriter(module).write(manifest, variants);
  assert(module.getDataLayout().getTypeAllocSize(value->getType()) ==
             sizeof(conorm_manifest) &&
         "the manifest is not laid out as in C");
  new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                           llvm::GlobalValue::ExternalLinkage, value,
                           CONORM_MANIFEST_SYMBOL);
}
