// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/cache_names.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace shaman::trace {
namespace {

void expect_names(const Reference& reference, std::string_view subfolder,
                  std::initializer_list<std::string_view> yes,
                  std::initializer_list<std::string_view> no) {
  for (const std::string_view name : yes)
    EXPECT_TRUE(is_cache_file(reference, subfolder, name)) << name;
  for (const std::string_view name : no)
    EXPECT_FALSE(is_cache_file(reference, subfolder, name)) << name;
}

TEST(CacheNames, OfPointCaches) {
  Reference reference;
  reference.rule = Rule::point_cache;
  reference.names = {"43756265", "smoke"};
  reference.index = 1;
  expect_names(reference, "",
               {"43756265_000001_01.bphys", "43756265_000000_01.bphys", "smoke_000010_01.vdb",
                "smoke_1000010_01.bphys", "smoke_-00001_01.bphys"},
               {"43756265_000001_00.bphys", "4375626_000001_01.bphys", "smoke_00001_01.bphys",
                "smoke_000001_01.png", "smoke_000001_01.bphys~", "id_rsa", ""});
  reference.index = -1;
  expect_names(reference, "", {"smoke_000001.bphys"}, {"smoke_000001_01.bphys"});
}

TEST(CacheNames, OfOceans) {
  Reference reference;
  reference.rule = Rule::ocean_cache;
  expect_names(reference, "",
               {"disp_0001.exr", "foam_0100.exr", "normal_0001.exr", "spray_0001.exr",
                "spray_inverse_0001.exr"},
               {"disp_1.exr", "disp_0001.png", "render_0001.exr"});
}

TEST(CacheNames, OfFluids) {
  Reference reference;
  reference.rule = Rule::fluid_cache;
  expect_names(reference, "data",
               {"fluid_data_0001.vdb", "config_0001.uni", "lMesh_0012.bobj.gz", "pp_-001.uni",
                "density_noise_0001.uni", "mesh_0001.obj"},
               {"notes.txt", "fluid_data.vdb", "secret_0001.key", "_0001.vdb"});
  EXPECT_EQ(cache_subfolders(Rule::fluid_cache).size(), 6U) << "never script/";
  reference.rule = Rule::fluidsim_cache;
  expect_names(reference, "",
               {"fluidsurface_final_0001.bobj.gz", "fluidsurface_preview_0001.bobj.gz",
                "fluidsurface_final_0001.bvel.gz", "fluidsurface_particles_0001.gz"},
               {"fluidsurface_final_0001.obj", "final_0001.bobj.gz"});
}

TEST(CacheNames, OfNodeBakes) {
  Reference reference;
  reference.rule = Rule::node_bake;
  expect_names(reference, "meta", {"00001_00000.json"}, {"00001_00000.blob", "package.json"});
  expect_names(reference, "blobs", {"00001_00000.blob", "00001_00000_file_0.vdb"},
               {"00001_00000.json", "a.blob"});
}

TEST(CacheNames, NothingElseIsACache) {
  EXPECT_FALSE(is_cache_file(Reference(), "", "disp_0001.exr"));
}

}  // namespace
}  // namespace shaman::trace
