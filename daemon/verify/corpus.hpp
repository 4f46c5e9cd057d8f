// Files that several recipes share.
#pragma once

#include "daemon/verify/recipe.hpp"

namespace frank::verify {

std::vector<InputFile> c_corpus();
std::vector<InputFile> cxx_corpus(); ///< and Fortran
std::vector<InputFile> text_corpus();

} // namespace frank::verify
